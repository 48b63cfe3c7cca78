import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { UserPrincipal } from '../access/access.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { PostgresServer } from './embedded/postgres-server.ts';
import { openRecords } from './open-records.ts';
import type { Records } from './records.ts';
import { openStore, type Store } from './store.ts';
import { covered, event, pulse, pulseAlert, testConfig } from './testing/fixtures.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';
import { allWritten } from './testing/all-written.ts';
import { until } from './testing/until.ts';
import { addClinician } from './testing/ward.ts';

const DAY = 86_400_000;
const now = Math.floor(Date.now() / 1000) * 1000;

let directory: string;
let remove: () => Promise<void>;
let database: PostgresServer;
let store: Store;
let records: Records;
let anna: UserPrincipal;
let berta: UserPrincipal;
const telemetry = new QuietTelemetry();

const startDatabase = (port?: number) =>
  PostgresServer.start({
    directory: join(directory, 'database'),
    password: 'of-tests',
    ...(port === undefined ? {} : { port }),
  });
const config = () => testConfig(directory, { DATABASE_URL: database.url });
const open = () => openRecords({ store, config: config(), telemetry, clock: Date.now, halfOpenAfterMs: 500 });
const written = () => allWritten(records);

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
  database = await startDatabase();
  store = await openStore(config());
  await store.service.from('rooms').insert([
    { id: 'ward-a', name: 'A' },
    { id: 'ward-b', name: 'B' },
  ]);
  await store.service.from('patients').insert([
    { id: 'P-101', room_id: 'ward-a', name: 'Ada Example', bed: '1' },
    { id: 'P-102', room_id: 'ward-a', name: 'Ben Sample', bed: '2' },
    { id: 'P-201', room_id: 'ward-b', name: 'Cleo Fiction', bed: '1' },
  ]);
  anna = await addClinician(store, 'anna@haven.local', 'ward-a');
  berta = await addClinician(store, 'berta@haven.local', 'ward-b');
  records = await open();
}, 90_000);
afterAll(async () => {
  await records.close(1000);
  await store.close();
  await database.close();
  await remove();
}, 30_000);

describe('what is measured of a patient', () => {
  test('is everything until somebody changes it, and known at once when they did', async () => {
    expect(await records.patient('P-201')).toMatchObject({ analysisMode: 'both' });
    await records.setAnalysisMode('P-201', 'off');
    expect(await records.patient('P-201')).toMatchObject({ analysisMode: 'off' });
    const { data } = await store.service.from('patients').select('analysis_mode').eq('id', 'P-201');
    expect(data).toEqual([{ analysis_mode: 'off' }]);
    await expect(records.setAnalysisMode('P-999', 'off')).rejects.toMatchObject({ code: 'PATIENT_UNKNOWN' });
    await records.setAnalysisMode('P-201', 'both');
  });
});

describe('rooms and patients', () => {
  test('are those of the store, and an unknown patient has a code', async () => {
    expect((await records.rooms()).map(({ id }) => id)).toEqual(['ward-a', 'ward-b']);
    expect(await records.patient('P-101')).toEqual({
      id: 'P-101',
      roomId: 'ward-a',
      name: 'Ada Example',
      bed: '1',
      analysisMode: 'both',
    });
    expect((await records.patientsOf(['ward-b'])).map(({ id }) => id)).toEqual(['P-201']);
    await expect(records.patient('P-999')).rejects.toMatchObject({ code: 'PATIENT_UNKNOWN' });
  });
});

describe('observations', () => {
  test('are returned at once, and still once when they have been stored', async () => {
    const observations = [pulse('P-101', now), pulse('P-101', now + 1000, 73), covered('P-101', now)];
    await records.keepObservations(observations);
    const expected = [
      { id: observations[0]?.id, at: now, value: 72 },
      { id: observations[1]?.id, at: now + 1000, value: 73 },
    ];
    expect(await records.vitals(anna, 'P-101', now, now + 1000)).toMatchObject(expected);
    await written();
    const stored = await records.vitals(anna, 'P-101', now, now + 1000);
    expect(stored).toMatchObject(expected);
    expect(stored).toHaveLength(2);
    const { data } = await store.service.from('events').select('kind, name, present');
    expect(data).toEqual([{ kind: 'condition', name: 'camera-covered', present: true }]);
  });

  test('are stored with everything that was said about them', async () => {
    const at = now + 10_000;
    const rate = pulse('P-101', at);
    rate.vital.interval = { low: 68.5, high: 75.5 };
    const values = (['presence', 'sdnn', 'rmssd'] as const).map((name) => {
      const observation = pulse('P-101', at, 1);
      observation.vital = { ...observation.vital, name, unit: name === 'presence' ? '1' : 'ms' };
      return observation;
    });
    const fell = event('P-101', at, {
      ...{ event: 'fall', confidence: 0.8, startedAt: at - 1500, evidence: { torsoAngleDegrees: 82.5 } },
    });
    const away = event('P-101', at + 1, { event: 'absent', confidence: 1 });
    await records.keepObservations([rate, ...values, away, fell]);
    await written();
    const stored = await records.vitals(anna, 'P-101', at, at);
    const wanted = [rate, ...values].map(({ id, vital }) => ({ id, ...vital }));
    expect(stored).toHaveLength(wanted.length);
    for (const vital of wanted) expect(stored).toContainEqual(expect.objectContaining(vital));
    expect(stored.filter(({ interval }) => interval !== undefined)).toHaveLength(1);
    const span = { since: at, until: at + 1000 };
    expect(await records.events(anna, 'P-101', span)).toEqual([
      {
        ...{ id: fell.id, event: 'fall', at, startedAt: at - 1500, confidence: 0.8 },
        evidence: { torsoAngleDegrees: 82.5 },
      },
      { id: away.id, event: 'absent', at: at + 1, startedAt: null, confidence: 1, evidence: null },
    ]);
    expect(await records.events(berta, 'P-101', span)).toEqual([]);
    const minute = Math.floor(at / 60_000) * 60_000;
    const trends = await records.trends(anna, 'P-101', {
      ...{ stepMs: 60_000, since: minute, until: minute + 60_000 },
    });
    expect(trends.map(({ name }) => name)).toEqual(['pulse', 'breathing', 'motion', 'sdnn', 'rmssd']);
  });

  test('kept twice are stored once', async () => {
    const observation = pulse('P-102', now);
    await records.keepObservations([observation, observation]);
    await records.keepObservations([observation]);
    await written();
    expect(await records.vitals(anna, 'P-102', now, now)).toHaveLength(1);
  });

  test('of a user’s other rooms are not returned, stored or not', async () => {
    await records.keepObservations([pulse('P-201', now)]);
    expect(await records.vitals(anna, 'P-201', now - DAY, now + DAY)).toEqual([]);
    expect(await records.vitals(berta, 'P-201', now - DAY, now + DAY)).toHaveLength(1);
    await written();
    expect(await records.vitals(anna, 'P-201', now - DAY, now + DAY)).toEqual([]);
    expect(await records.vitals(berta, 'P-201', now - DAY, now + DAY)).toHaveLength(1);
  });

  test('are returned completely and in order when there are more than one answer holds', async () => {
    const begin = now - 2 * DAY;
    const many = Array.from({ length: 2500 }, (_, index) =>
      pulse('P-102', begin + Math.floor(index / 2) * 1000, index % 400),
    );
    for (let at = 0; at < many.length; at += 200) await records.keepObservations(many.slice(at, at + 200));
    await written();
    const vitals = await records.vitals(anna, 'P-102', begin, begin + 2_000_000);
    expect(vitals).toHaveLength(2500);
    expect(new Set(vitals.map(({ id }) => id)).size).toBe(2500);
    expect(vitals.map(({ at }) => at)).toEqual(vitals.map(({ at }) => at).toSorted((a, b) => a - b));
  }, 30_000);

  test('that the store refuses are set aside, and cost no other', async () => {
    const bad = pulse('P-101', now + 5000);
    // A character that JSON can hold and a text in PostgreSQL cannot.
    bad.vital.method = 'bad\u0000method';
    const good = pulse('P-101', now + 6000);
    await records.keepObservations([bad, good]);
    await written();
    const vitals = await records.vitals(anna, 'P-101', now + 5000, now + 6000);
    expect(vitals.map(({ id }) => id)).toEqual([good.id]);
    const refused = await readFile(join(directory, 'journal', 'refused.ndjson'), 'utf8');
    expect(refused).toContain(bad.id);
    expect(telemetry.counts.get('haven_records_refused_total')).toBe(1);
    expect(telemetry.gauges.get('haven_records_set_aside_bytes')?.()).toBe(Buffer.byteLength(refused));
  });
});

describe('alerts', () => {
  test('are returned in their highest version, whatever the order in which versions were kept', async () => {
    const first = pulseAlert('P-101');
    const acknowledged = {
      ...first,
      version: 2,
      acknowledgement: { userId: anna.userId, userName: 'Anna', at: first.startedAt + 1000, reason: null },
    };
    await records.keepAlert(acknowledged);
    await records.keepAlert(first);
    expect(await records.alerts(anna, { limit: 10 })).toEqual([acknowledged]);
    await written();
    await records.keepAlert(first);
    await written();
    expect(await records.alerts(anna, { limit: 10 })).toEqual([acknowledged]);
    expect(await records.alerts(berta, { limit: 10 })).toEqual([]);

    const cleared = { ...acknowledged, version: 3, condition: 'cleared' as const, active: false };
    await records.keepAlert(cleared);
    expect(await records.alerts(anna, { active: true, limit: 10 })).toEqual([]);
    expect(await records.alerts(anna, { active: false, limit: 10 })).toEqual([cleared]);
    expect(await records.activeAlerts()).toEqual([]);
  });

  test('that another server has ended are not active, though this one has yet to write an earlier version', async () => {
    const raised = pulseAlert('P-101', { rule: 'pulse-low' });
    await records.keepAlert({ ...raised, version: 2, condition: 'cleared', active: false });
    await written();
    await records.keepAlert(raised);
    expect(await records.activeAlerts()).toEqual([]);
    await written();
  });

  test('tell the highest episode of each rule', async () => {
    await records.keepAlert(pulseAlert('P-102', { episode: 4 }));
    await written();
    await records.keepAlert(pulseAlert('P-102', { episode: 5, rule: 'pulse-low' }));
    const episodes = (await records.lastEpisodes()).filter(({ patientId }) => patientId === 'P-102');
    expect(episodes).toEqual(
      expect.arrayContaining([
        { patientId: 'P-102', rule: 'pulse-high', episode: 4 },
        { patientId: 'P-102', rule: 'pulse-low', episode: 5 },
      ]),
    );
  });
});

describe('with its user’s token', () => {
  test('a client reads no other room, no secret, and changes nothing', async () => {
    const client = store.forUser(anna.accessToken);
    expect((await client.from('patients').select('id').order('id')).data).toEqual([
      { id: 'P-101' },
      { id: 'P-102' },
    ]);
    expect((await client.from('rooms').select('id')).data).toEqual([{ id: 'ward-a' }]);
    expect((await client.from('vitals').select('id').eq('patient_id', 'P-201')).data).toEqual([]);
    expect((await client.from('audit').select('id')).data).toEqual([]);
    for (const table of ['devices', 'cv_keys', 'sessions'] as const) {
      expect((await client.from(table).select('*')).error?.code).toBe('42501');
    }
    expect((await client.from('patients').update({ name: 'x' }).eq('id', 'P-101')).error?.code).toBe('42501');
    expect((await client.rpc('keep_alerts', { p_alerts: [] })).error?.code).toBe('42501');
  });
});

describe('while the database is away', () => {
  test('everything is accepted, known patients stay known, and nothing is lost or doubled', async () => {
    const at = now + 100_000;
    const before = pulse('P-101', at);
    await records.keepObservations([before]);
    await database.close();

    const observations = [pulse('P-101', at + 1000), pulse('P-101', at + 2000)];
    for (const observation of observations) await records.keepObservations([observation]);
    const alert = pulseAlert('P-101', { episode: 7 });
    await records.keepAlert(alert);
    await records.audit({ actor: 'test', action: 'outage', subject: 'x', result: 'done', at });
    expect(await records.patient('P-101')).toMatchObject({ id: 'P-101' });
    await until(
      () => Promise.resolve(records.state()),
      ({ storeReachable }) => !storeReachable,
      'the outage is noticed',
    );
    await expect(records.vitals(anna, 'P-101', at, at + 2000)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });

    // The server stops and starts meanwhile: the journal carries everything over.
    await records.close(100);
    database = await startDatabase(database.port);
    records = await open();
    const ids = [before, ...observations].map(({ id }) => id);
    expect((await records.vitals(anna, 'P-101', at, at + 2000)).map(({ id }) => id)).toEqual(ids);
    expect(await records.activeAlerts()).toContainEqual(alert);
    await written();
    expect((await records.vitals(anna, 'P-101', at, at + 2000)).map(({ id }) => id)).toEqual(ids);
    const { data } = await store.service.from('audit').select('id').eq('action', 'outage');
    expect(data).toHaveLength(1);
    expect(records.state()).toMatchObject({ journalEntries: 0, storeReachable: true });
  }, 60_000);
});
