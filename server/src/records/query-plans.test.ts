import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { listAudit } from '../access/administration/audit-trail.ts';
import { AuditReader } from '../audit/audit-reader.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { openRecords } from './open-records.ts';
import { Retention } from './retention.ts';
import { DAY_MS, dayOf } from './rows.ts';
import { StoreCalls } from './store-calls.ts';
import { openStore, type Store } from './store.ts';
import { covered, pulse, pulseAlert } from './testing/fixtures.ts';
import { generateRecords, generateVitals } from './testing/generated-records.ts';
import { QueryPlans } from './testing/query-plans.ts';
import { until } from './testing/until.ts';
import { openWard, type Ward } from './testing/ward.ts';
import { spanOfHours } from './trends.ts';

// A busy machine takes its time; none of these tests is about that.
jest.setTimeout(60_000);

/** Those that grow with every second, and their days' partitions; a default partition holds what no day takes. */
const BIG = /^(vitals|vitals_minutes|vitals_hours|events|alerts|alert_transitions|audit)(_\d{8})?$/;
const DAYS = 3;
const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const from = today - (DAYS - 1) * DAY_MS;
const patientIds = Array.from({ length: 50 }, (_, index) => `P-${300 + index}`);

const plans = new QueryPlans();
let ward: Ward;
let store: Store;

beforeAll(async () => {
  ward = await openWard({}, { onOutput: plans.take });
  const session = new pg.Client({ connectionString: ward.database.url });
  await session.connect();
  await generateRecords(session, { roomId: 'ward-a', patientIds, from, days: DAYS, alertsADay: 48 });
  await generateVitals(session, { patientIds, from, until: today + DAY_MS, everySeconds: 300 });
  await session.query(
    `insert into public.audit (id, at, actor, action, subject, result, node, day, sequence, previous, hash)
     select gen_random_uuid(), t.at, 'user:' || (n % 50), 'vitals:read', 'patient:P-' || (n % 50),
            case n % 20 when 0 then 'refused' else 'done' end, 'node-1', (t.at at time zone 'UTC')::date,
            row_number() over (partition by (t.at at time zone 'UTC')::date order by n), $2, $2
       from generate_series(1, 20000) n
       cross join lateral (select $1::timestamptz + n * interval '12 seconds' as at) t`,
    [new Date(from).toISOString(), 'a'.repeat(64)],
  );
  await session.query(`insert into public.user_roles (user_id, role) values ($1, 'auditor')`, [
    ward.anna.userId,
  ]);
  await session.query('vacuum analyze');
  await session.end();
  // Sessions from now on tell their plans.
  await ward.store.close();
  await plans.begin(ward.database.url);
  store = await openStore(ward.config);
}, 120_000);
afterAll(async () => {
  await store.close();
  await ward.close();
}, 30_000);

/** Runs something, and tells which big tables were read from end to end by which statements. */
async function scansOf(run: () => Promise<unknown>): Promise<string[]> {
  await plans.begin(ward.database.url);
  await run();
  const { statements, scans } = await plans.read(ward.database.url);
  expect(statements).toBeGreaterThan(0);
  return scans
    .filter(({ relation }) => BIG.test(relation))
    .map(({ relation, query }) => `${relation}: ${query}`);
}

describe('no big table is read from end to end', () => {
  test('by what the server writes and reads', async () => {
    const telemetry = new QuietTelemetry();
    const { anna, config } = ward;
    const patientId = patientIds[7] ?? '';
    const scans = await scansOf(async () => {
      const records = await openRecords({ store, config, telemetry, clock: Date.now });
      const alert = pulseAlert(patientId, { episode: 1000, startedAt: Date.now() });
      await records.keepObservations([pulse(patientId, Date.now()), covered(patientId, Date.now())]);
      await records.keepAlert(alert);
      await records.audit({ actor: 'test', action: 'x', subject: 'x', result: 'done', at: Date.now() });
      await until(
        () => Promise.resolve(records.state()),
        ({ journalEntries }) => journalEntries === 0,
        'everything is in the store',
      );
      await records.vitals(anna, patientId, today, today + DAY_MS);
      for (const hours of [1, 8, 24, 168, 720]) {
        await records.trends(anna, patientId, spanOfHours(hours, today + DAY_MS));
      }
      await records.alert(anna, alert.id);
      await records.alertTransitions(anna, alert.id);
      await records.alerts(anna, { limit: 200 });
      await records.alerts(anna, { limit: 200, before: today });
      await records.alerts(anna, { limit: 200, active: true });
      await records.alerts(anna, { limit: 200, patientId });
      await records.activeAlerts();
      await records.lastEpisodes();
      await records.close(1000);
    });
    expect(scans).toEqual([]);
  }, 60_000);

  test('by what an auditor asks', async () => {
    const { anna, config } = ward;
    const reader = new AuditReader({ store, config, clock: Date.now });
    const scans = await scansOf(async () => {
      const query = { limit: 100 };
      await reader.page(anna, query);
      await reader.page(anna, { ...query, since: today, until: today + DAY_MS });
      await reader.page(anna, { ...query, actor: 'user:7' });
      await reader.page(anna, { ...query, action: 'vitals:read' });
      await reader.page(anna, { ...query, action: 'break-glass:*' });
      await reader.page(anna, { ...query, subject: 'patient:P-7' });
      await reader.page(anna, { ...query, result: 'refused' });
      await reader.verify(anna, dayOf(today), dayOf(today));
      for await (const line of reader.export(anna, dayOf(today))) expect(line).not.toBe('');
      const keep = () => Promise.resolve();
      const context = { store, actor: 'test', clock: Date.now, keep };
      await listAudit(context, { limit: 100 });
      await listAudit(context, { limit: 100, result: 'refused' });
      const expired = await store.service.rpc('remove_oldest_audit_day', { p_before: '2020-01-01' });
      expect(expired).toMatchObject({ data: null, error: null });
    });
    expect(scans).toEqual([]);
  }, 60_000);

  test('by the end of what has been kept long enough', async () => {
    const failures: unknown[] = [];
    const retention = new Retention({
      client: store.service,
      calls: new StoreCalls(),
      days: 1,
      clock: Date.now,
      audit: () => Promise.resolve(),
      onFailure: (error) => failures.push(error),
    });
    expect(await scansOf(() => retention.run())).toEqual([]);
    expect(failures).toEqual([]);
  }, 60_000);

  test('and one that is, is noticed', async () => {
    const scans = await scansOf(async () => store.service.from('vitals').select('id').eq('method', 'none'));
    expect(scans).not.toEqual([]);
  });
});
