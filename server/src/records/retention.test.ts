import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import type { AuditEntry } from './records.ts';
import { Retention } from './retention.ts';
import { alertRow } from './alert-rows.ts';
import { DAY_MS, dayOf, eventRow, vitalRow } from './rows.ts';
import { StoreCalls } from './store-calls.ts';
import { covered, pulse, pulseAlert } from './testing/fixtures.ts';
import { openWard, type Ward } from './testing/ward.ts';

// A busy machine takes its time; none of these tests is about that.
jest.setTimeout(60_000);

const DAYS = 90;
const now = Date.UTC(2026, 5, 30, 12);
/** The last day that goes, and the first one that stays. */
const gone = now - (DAYS + 1) * DAY_MS;
const kept = now - DAYS * DAY_MS;

let ward: Ward;
let audited: AuditEntry[];
let failures: unknown[];

beforeAll(async () => {
  ward = await openWard();
}, 90_000);
afterAll(() => ward.close(), 30_000);
beforeEach(() => {
  audited = [];
  failures = [];
});

function retention(client = ward.store.service): Retention {
  return new Retention({
    client,
    calls: new StoreCalls(),
    days: DAYS,
    clock: () => now,
    audit: (entry) => {
      audited.push(entry);
      return Promise.resolve();
    },
    onFailure: (error) => failures.push(error),
  });
}

async function fill(): Promise<void> {
  const { service } = ward.store;
  const at = [gone - DAY_MS, gone, kept, now];
  for (const time of [gone, kept]) {
    await service.rpc('ensure_records_partitions', { p_first: dayOf(time), p_days: 1 });
  }
  await service.rpc('keep_vitals', { p_vitals: at.map((time) => vitalRow(pulse('P-101', time))) });
  await service.from('events').insert(at.map((time) => eventRow(covered('P-101', time))));
  const alerts = at.map((startedAt, index) =>
    alertRow(pulseAlert('P-101', { episode: index + 1, startedAt, active: startedAt === gone })),
  );
  await service.rpc('keep_alerts', { p_alerts: alerts });
}

/** Days of the rows of each table. */
async function days(): Promise<Record<string, string[]>> {
  const { service } = ward.store;
  const of = (rows: { at: string }[] | null) => (rows ?? []).map(({ at }) => at.slice(0, 10)).toSorted();
  return {
    vitals: of((await service.from('vitals').select('at')).data),
    minutes: of((await service.from('vitals_minutes').select('at:minute')).data),
    hours: of((await service.from('vitals_hours').select('at:hour')).data),
    events: of((await service.from('events').select('at')).data),
    alerts: of((await service.from('alerts').select('at:started_at')).data),
    transitions: of((await service.from('alert_transitions').select('at')).data),
  };
}

/** Days that were taken out of the records, and still take up disk. */
async function detached(): Promise<string[]> {
  const session = new pg.Client({ connectionString: ward.database.url });
  await session.connect();
  const { rows } = await session.query<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = 'haven_partitions'::regnamespace and relkind = 'r' and not relispartition`,
  );
  await session.end();
  return rows.map(({ name }) => name);
}

describe('records that are older than they are kept', () => {
  test('go, with partitions and without; what is younger stays, and an alert that is on screen still', async () => {
    await fill();
    await retention().run();
    expect(failures).toEqual([]);
    expect(await detached()).toEqual([]);
    const left = [dayOf(kept), dayOf(now)];
    expect(await days()).toEqual({
      vitals: left,
      minutes: left,
      hours: left,
      events: left,
      alerts: [dayOf(gone), ...left],
      transitions: expect.any(Array),
    });
    expect(audited).toEqual([
      expect.objectContaining({ actor: 'system', action: 'records:expire', subject: `day:${dayOf(gone)}` }),
      expect.objectContaining({ subject: `before:${dayOf(kept)}`, result: 'done' }),
    ]);
  });

  test('go once: a second run finds nothing and tells nothing', async () => {
    await retention().run();
    expect(audited).toEqual([]);
  });

  test('go at the hand of one server: another one gives way', async () => {
    const session = new pg.Client({ connectionString: ward.database.url });
    await session.connect();
    await fill();
    await session.query("begin; select pg_advisory_xact_lock(hashtext('haven.retention'))");
    await retention().run();
    expect(audited).toEqual([]);
    expect((await days()).events).toHaveLength(6);
    await session.query('commit');
    await session.end();
    await retention().run();
    expect(audited).toHaveLength(2);
  });

  test('wait when somebody reads them, instead of holding up those who write', async () => {
    await fill();
    const session = new pg.Client({ connectionString: ward.database.url });
    await session.connect();
    await session.query('begin; select count(*) from public.vitals');
    const begun = performance.now();
    const { error } = await ward.store.service.rpc('drop_expired_day', { p_day: dayOf(gone) });
    // lock_not_available
    expect(error?.code).toBe('55P03');
    expect(performance.now() - begun).toBeLessThan(4000);
    await session.query('commit');
    await session.end();
    await retention().run();
    expect(failures).toEqual([]);
    expect((await days()).vitals).not.toContain(dayOf(gone));
  });

  test('stay when a wrong time is given', async () => {
    const { service } = ward.store;
    const today = { p_day: dayOf(Date.now()) };
    expect((await service.rpc('drop_expired_day', today)).error?.code).toBe('P0001');
    const future = { p_before: new Date(Date.now() + DAY_MS).toISOString(), p_rows: 10 };
    expect((await service.rpc('delete_expired_rows', future)).error?.code).toBe('P0001');
    const user = ward.store.forUser(ward.anna.accessToken);
    expect((await user.rpc('drop_expired_day', { p_day: '2020-01-01' })).error?.code).toBe('42501');
  });

  test('give their disk back in the next run, when the server stopped before that', async () => {
    await fill();
    await ward.store.service.rpc('drop_expired_day', { p_day: dayOf(gone) });
    expect(await detached()).toHaveLength(2);
    await retention().run();
    expect(await detached()).toEqual([]);
    expect(failures).toEqual([]);
  });

  test('wait for the next day when the store does not answer', async () => {
    const client = ward.store.forUser('no token');
    await retention(client).run();
    expect(failures).toHaveLength(1);
  });
});
