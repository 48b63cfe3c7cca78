import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { HavenError, type TrendPoint } from '@haven/protocol';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { openRecords } from './open-records.ts';
import type { Records } from './records.ts';
import { vitalRow } from './rows.ts';
import { pulse, pulseAlert } from './testing/fixtures.ts';
import { allWritten } from './testing/all-written.ts';
import { openWard, type Ward } from './testing/ward.ts';
import { spanOfHours } from './trends.ts';

// A busy machine takes its time; none of these tests is about that.
jest.setTimeout(60_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The beginning of an hour that is over. */
const hour = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;

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
/** The points with a value, of a patient's pulse in the hours up to the end of the test's hour. */
async function pulseOf(patientId: string, hours: number, user = ward.anna): Promise<TrendPoint[]> {
  const trends = await records.trends(user, patientId, spanOfHours(hours, hour + HOUR));
  return trends[0]?.points.filter(({ mean }) => mean !== null) ?? [];
}

describe('minutes and hours', () => {
  test('sum up what was measured, and only that', async () => {
    const withheld = pulse('P-101', hour + 3000);
    withheld.vital = { ...withheld.vital, state: 'withheld', value: null, reason: 'moving' };
    await records.keepObservations([
      pulse('P-101', hour, 60),
      pulse('P-101', hour + 1000, 70),
      pulse('P-101', hour + 2000, 80),
      withheld,
      pulse('P-101', hour + 2 * MINUTE, 90),
    ]);
    await written();
    expect(await pulseOf('P-101', 1)).toEqual([
      { at: hour, mean: 70, low: 60, high: 80, coverage: 3 / 60 },
      { at: hour + 2 * MINUTE, mean: 90, low: 90, high: 90, coverage: 1 / 60 },
    ]);
    expect(await pulseOf('P-101', 168)).toEqual([
      { at: hour, mean: 75, low: 60, high: 90, coverage: 4 / 3600 },
    ]);
  });

  test('count a vital once, however often, in whatever company and order it is written', async () => {
    const vitals = Array.from({ length: 60 }, (_, second) =>
      pulse('P-102', hour + second * 1000, 60 + (second % 7)),
    );
    const rows = vitals.map(vitalRow);
    const keep = (some: typeof rows) => ward.store.service.rpc('keep_vitals', { p_vitals: some });
    expect(await keep(rows.slice(0, 20))).toMatchObject({ data: 20 });
    expect(await keep(rows.slice(10, 40))).toMatchObject({ data: 20 });
    expect(await keep([...rows.slice(30), ...rows.slice(30)])).toMatchObject({ data: 20 });
    // Two servers that write the same at the same time.
    await Promise.all([keep(rows.toReversed()), keep(rows)]);
    const mean = vitals.reduce((sum, { vital }) => sum + (vital.value ?? 0), 0) / 60;
    const [point, ...others] = await pulseOf('P-102', 1);
    expect(others).toEqual([]);
    expect(point).toMatchObject({ at: hour, low: 60, high: 66, coverage: 1 });
    expect(point?.mean).toBeCloseTo(mean, 4);
  });

  test('lose nothing when several servers write different seconds of one minute at the same time', async () => {
    const from = hour + 10 * MINUTE;
    const batches = Array.from({ length: 6 }, (_, batch) =>
      Array.from({ length: 10 }, (_, index) =>
        vitalRow(pulse('P-102', from + (batch + 6 * index) * 1000, 80)),
      ),
    );
    const answers = await Promise.all(
      batches.map((rows) => ward.store.service.rpc('keep_vitals', { p_vitals: rows })),
    );
    expect(answers.map(({ data }) => data)).toEqual([10, 10, 10, 10, 10, 10]);
    expect((await pulseOf('P-102', 1)).at(-1)).toEqual({
      at: from,
      mean: 80,
      low: 80,
      high: 80,
      coverage: 1,
    });
  });

  test('are kept for days without a partition too, and move when it is made', async () => {
    const { service } = ward.store;
    const at = Date.UTC(2031, 4, 5, 23, 59);
    await service.rpc('keep_vitals', { p_vitals: [vitalRow(pulse('P-101', at))] });
    const made = await service.rpc('ensure_records_partitions', { p_first: '2031-05-05', p_days: 2 });
    expect(made).toMatchObject({ data: 4, error: null });
    const again = await service.rpc('ensure_records_partitions', { p_first: '2031-05-05', p_days: 2 });
    expect(again).toMatchObject({ data: 0, error: null });
    const [trend] = await records.trends(ward.anna, 'P-101', spanOfHours(1, at + MINUTE));
    expect(trend?.points.at(-1)).toMatchObject({ at, mean: 72 });
  });

  test('are those of the user’s rooms', async () => {
    await records.keepObservations([pulse('P-201', hour)]);
    await written();
    expect(await pulseOf('P-201', 1, ward.anna)).toEqual([]);
    expect(await pulseOf('P-201', 1, ward.berta)).toHaveLength(1);
    const client = ward.store.forUser(ward.anna.accessToken);
    expect((await client.rpc('keep_vitals', { p_vitals: [] })).error?.code).toBe('42501');
  });
});

describe('one alert', () => {
  test('is read from the journal and from the store, in its highest version', async () => {
    const alert = pulseAlert('P-101');
    const cleared = {
      ...alert,
      version: 2,
      condition: 'cleared' as const,
      clearedAt: alert.startedAt + 5000,
    };
    await records.keepAlert(alert);
    expect(await records.alert(ward.anna, alert.id)).toEqual(alert);
    await written();
    await records.keepAlert(cleared);
    expect(await records.alert(ward.anna, alert.id)).toEqual(cleared);
  });

  test('of a foreign room, or that never was, is unknown', async () => {
    const alert = pulseAlert('P-201', { roomId: 'ward-b' });
    await records.keepAlert(alert);
    const unknown = expect.objectContaining({ code: 'ALERT_UNKNOWN' });
    await expect(records.alert(ward.anna, alert.id)).rejects.toEqual(unknown);
    await written();
    await expect(records.alert(ward.anna, alert.id)).rejects.toEqual(unknown);
    await expect(records.alert(ward.berta, crypto.randomUUID())).rejects.toBeInstanceOf(HavenError);
    expect(await records.alert(ward.berta, alert.id)).toEqual(alert);
  });

  test('is found on the page of those that began before a time', async () => {
    const begun = [1, 2, 3, 4].map((episode) =>
      pulseAlert('P-102', { episode, startedAt: hour + episode * MINUTE }),
    );
    for (const alert of begun.slice(0, 3)) await records.keepAlert(alert);
    await written();
    for (const alert of begun.slice(3)) await records.keepAlert(alert);
    const query = { patientId: 'P-102', limit: 2 };
    const first = await records.alerts(ward.anna, query);
    expect(first.map(({ episode }) => episode)).toEqual([4, 3]);
    const second = await records.alerts(ward.anna, { ...query, before: first.at(-1)?.startedAt ?? 0 });
    expect(second.map(({ episode }) => episode)).toEqual([2, 1]);
    expect(await records.alerts(ward.anna, { ...query, before: hour })).toEqual([]);
  });
});
