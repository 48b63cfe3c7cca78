/** Alerts' versions and limits in the real store: written once, read under the user's rights, never rewritten. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DEFAULT_ALERT_LIMITS, type Alert } from '@haven/protocol';
import { LimitsStore, type LimitsVersion } from '../alerts/limits-store.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { openRecords } from './open-records.ts';
import type { Records } from './records.ts';
import { StoreCalls } from './store-calls.ts';
import { pulseAlert } from './testing/fixtures.ts';
import { allWritten } from './testing/all-written.ts';
import { openWard, type Ward } from './testing/ward.ts';

let ward: Ward;
let records: Records;
beforeAll(async () => {
  ward = await openWard();
  const { store, config } = ward;
  records = await openRecords({ store, config, telemetry: new QuietTelemetry(), clock: Date.now });
}, 90_000);
afterAll(async () => {
  await records.close(1000);
  await ward.close();
}, 30_000);

const written = () => allWritten(records);

describe('the versions of an alert', () => {
  function lifeOf(alert: Alert): Alert[] {
    const by = { userId: ward.anna.userId, userName: 'Anna' };
    const silence = { ...by, at: alert.startedAt + 1000, until: alert.startedAt + 61_000, reason: 'bathing' };
    const acknowledgement = { ...by, at: alert.startedAt + 2000, reason: null };
    const silenced = { ...alert, silence, version: 2, change: { kind: 'silenced', at: silence.at } as const };
    const acknowledged = {
      ...silenced,
      acknowledgement,
      version: 3,
      change: { kind: 'acknowledged', at: acknowledgement.at } as const,
    };
    const clearedAt = alert.startedAt + 3000;
    const cleared = { condition: 'cleared', clearedAt, active: false, version: 4 } as const;
    return [
      alert,
      silenced,
      acknowledged,
      { ...acknowledged, ...cleared, change: { kind: 'cleared', at: clearedAt } },
    ];
  }

  test('are all kept, with who and why, whatever the order and number of writes', async () => {
    const alert = pulseAlert('P-101', { episode: 11 });
    const life = lifeOf(alert);
    const [raised, silenced, acknowledged, cleared] = life;
    await records.keepAlert(acknowledged!);
    await records.keepAlert(raised!);
    await written();
    for (const version of [silenced!, raised!, cleared!, cleared!]) await records.keepAlert(version);
    const by = { userId: ward.anna.userId, userName: 'Anna' };
    const expected = [
      { version: 1, change: raised!.change, value: 141, limit: 130, by: null, reason: null },
      { version: 2, change: silenced!.change, value: 141, limit: 130, by, reason: 'bathing' },
      { version: 3, change: acknowledged!.change, value: 141, limit: 130, by, reason: null },
      { version: 4, change: cleared!.change, value: 141, limit: 130, by: null, reason: null },
    ];
    // First from the journal and the store together, then from the store alone.
    expect(await records.alertTransitions(ward.anna, alert.id)).toEqual(expected);
    await written();
    expect(await records.alertTransitions(ward.anna, alert.id)).toEqual(expected);
    expect(await records.alert(ward.anna, alert.id)).toEqual(cleared);
  });

  test('are nobody’s who may not see the room, in the journal or in the store', async () => {
    const alert = pulseAlert('P-101', { episode: 12 });
    await records.keepAlert(alert);
    const read = () => records.alertTransitions(ward.berta, alert.id);
    await expect(read()).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' });
    await written();
    await expect(read()).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' });
    const client = ward.store.forUser(ward.berta.accessToken);
    expect((await client.from('alert_transitions').select('alert_id')).data).toEqual([]);
    const own = ward.store.forUser(ward.anna.accessToken);
    expect((await own.from('alert_transitions').delete().eq('alert_id', alert.id)).error?.code).toBe('42501');
  });

  test('follow the patient into another room', async () => {
    const alert = pulseAlert('P-102', { episode: 13 });
    await records.keepAlert(alert);
    const change = { kind: 'moved', at: alert.startedAt + 1 } as const;
    await records.keepAlert({ ...alert, roomId: 'ward-b', version: 2, change });
    await written();
    expect(await records.alert(ward.berta, alert.id)).toMatchObject({ roomId: 'ward-b', version: 2 });
    await expect(records.alert(ward.anna, alert.id)).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' });
  });
});

describe('alert limits in the store', () => {
  const change = (pulseHigh: number | null): Omit<LimitsVersion, 'version'> => ({
    subject: { scope: 'patient', id: 'P-101' },
    limits: pulseHigh === null ? null : { ...DEFAULT_ALERT_LIMITS, pulseHigh },
    userId: ward.anna.userId,
    userName: 'Anna',
    at: 1_795_000_000_000,
    reason: 'a reason',
  });
  const limitsStore = () => new LimitsStore(ward.store.service, new StoreCalls());

  test('rise by a version each, also after they were taken away; the newest holds', async () => {
    const limits = limitsStore();
    expect(await limits.add(randomUUID(), change(110), 0)).toBe(1);
    expect(await limits.add(randomUUID(), change(120), 1)).toBe(2);
    expect(await limits.add(randomUUID(), change(null), 2)).toBe(3);
    expect(await limits.newest()).toEqual([{ ...change(null), version: 3 }]);
    expect(await limits.add(randomUUID(), change(125), 0)).toBe(4);
    expect(await limits.newest()).toEqual([{ ...change(125), version: 4 }]);
    const { data } = await ward.store.service.from('alert_limits').select('version').order('version');
    expect(data).toHaveLength(4);
  });

  test('are changed by one of several at a time, and once however often it is asked', async () => {
    const limits = limitsStore();
    const ids = Array.from({ length: 8 }, () => randomUUID());
    const versions = await Promise.all(ids.map((id) => limits.add(id, change(140), 4)));
    expect(versions.filter((version) => version === 5)).toHaveLength(1);
    expect(versions.filter((version) => version === null)).toHaveLength(7);
    const winner = ids[versions.indexOf(5)]!;
    expect(await limits.add(winner, change(140), 4)).toBe(5);
    expect((await limits.newest())[0]?.version).toBe(5);
  });

  test('that this Haven does not understand hold as little as none', async () => {
    const limits = { ...DEFAULT_ALERT_LIMITS, pulseHigh: 1000 };
    const foreign = { ...change(140), subject: { scope: 'room', id: 'ward-b' }, limits } as const;
    expect(await limitsStore().add(randomUUID(), foreign, 0)).toBe(1);
    const newest = await limitsStore().newest();
    expect(newest.find(({ subject }) => subject.id === 'ward-b')?.limits).toBeNull();
  });

  test('are read in the user’s rooms, and rewritten by nobody', async () => {
    const select = (token: string) => ward.store.forUser(token).from('alert_limits').select('subject_id');
    expect((await select(ward.anna.accessToken)).data).toHaveLength(5);
    expect((await select(ward.berta.accessToken)).data).toEqual([{ subject_id: 'ward-b' }]);
    const { service } = ward.store;
    expect(
      (await service.from('alert_limits').update({ reason: 'other' }).eq('version', 1)).error?.code,
    ).toBe('42501');
    const { error } = await ward.store.forUser(ward.anna.accessToken).rpc('newest_alert_limits');
    expect(error?.code).toBe('42501');
  });
});
