/**
 * `npm run bench:records`: trends and alert histories out of a month of 50 patients' records, as a clinician asks for
 * them, and how long it takes to drop a day. The month is generated; of the vitals of each second only as many hours
 * as the time allows, which the output says. Prints its figures and their conditions.
 */
import { loadavg } from 'node:os';
import pg from 'pg';
import type { UserPrincipal } from '../../server/src/access/access.ts';
import { openRecords } from '../../server/src/records/open-records.ts';
import type { Records } from '../../server/src/records/records.ts';
import { DAY_MS, dayOf } from '../../server/src/records/rows.ts';
import {
  generateRecords,
  generateVitals,
  TRANSITIONS_OF_AN_ALERT,
} from '../../server/src/records/testing/generated-records.ts';
import { openWard } from '../../server/src/records/testing/ward.ts';
import { spanOfAlert, spanOfHours } from '../../server/src/records/trends.ts';
import { QuietTelemetry } from '../../server/src/testing/quiet-telemetry.ts';
import { machineConditions, quantile } from './figures.ts';

const HOUR_MS = 3_600_000;
const PATIENTS = Number(process.env.HAVEN_BENCH_PATIENTS ?? 50);
const DAYS = Number(process.env.HAVEN_BENCH_DAYS ?? 30);
/** How long vitals of each second may be generated, s. */
const VITALS_SECONDS = Number(process.env.HAVEN_BENCH_VITALS_SECONDS ?? 120);
const ALERTS_A_DAY = 30;
const TIMES = 100;

const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const from = today - DAYS * DAY_MS;
const patientIds = Array.from({ length: PATIENTS }, (_, index) => `P-${300 + index}`);
const say = (line: string) => process.stdout.write(`${line}\n`);
const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)];

async function measure(name: string, run: () => Promise<unknown>): Promise<void> {
  // The first calls open connections and fill PostgreSQL's memory.
  for (let time = 0; time < 10; time++) await run();
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const begun = performance.now();
    await run();
    times.push(performance.now() - begun);
  }
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(times, share).toFixed(1));
  say(`  ${name.padEnd(34)} p50 ${p50} ms   p95 ${p95} ms   p99 ${p99} ms`);
}

async function timed(call: () => PromiseLike<{ data: unknown }>): Promise<{ done: boolean; ms: string }> {
  const begun = performance.now();
  const { data } = await call();
  return { done: data === true, ms: (performance.now() - begun).toFixed(0) };
}

async function generate(session: pg.Client): Promise<void> {
  let begun = performance.now();
  await generateRecords(session, {
    roomId: 'ward-a',
    patientIds,
    from,
    days: DAYS,
    alertsADay: ALERTS_A_DAY,
  });
  say(`generated in ${((performance.now() - begun) / 1000).toFixed(0)} s:`);
  begun = performance.now();
  // The first day is the one that is dropped: its hours first.
  let hours = 0;
  for (; hours < DAYS * 24 && performance.now() - begun < VITALS_SECONDS * 1000; hours++) {
    const hour = from + hours * HOUR_MS;
    await generateVitals(session, { patientIds, from: hour, until: hour + HOUR_MS, everySeconds: 1 });
  }
  await session.query('vacuum analyze');
  const rowsOf = async (table: string) => {
    const { rows } = await session.query<{ count: string }>(`select count(*) from public.${table}`);
    return `${Number(rows[0]?.count).toLocaleString('en')} ${table}`;
  };
  const tables = ['vitals_minutes', 'vitals_hours', 'alerts', 'alert_transitions', 'events', 'vitals'];
  for (const table of tables) say(`  ${await rowsOf(table)}`);
  say(
    `  vitals of each second for the first ${hours} h only: a month of them is ${(PATIENTS * 3 * 86_400 * DAYS).toLocaleString('en')} rows`,
  );
  say(`  alerts: ${ALERTS_A_DAY} a patient and day, ${TRANSITIONS_OF_AN_ALERT} transitions each`);
}

async function measureReads(records: Records, anna: UserPrincipal): Promise<void> {
  say(`read with a clinician's own token, row-level security on, ${TIMES} times each, one after the other:`);
  for (const hours of [1, 8, 24, 168, 720]) {
    await measure(`trends of ${hours} h`, () =>
      records.trends(anna, pick(patientIds), spanOfHours(hours, today - Math.random() * DAY_MS)),
    );
  }
  const alerts = await records.alerts(anna, { limit: 1000 });
  await measure('200 newest alerts of the room', () => records.alerts(anna, { limit: 200 }));
  await measure('200 alerts of the room before a time', () =>
    records.alerts(anna, { limit: 200, before: from + Math.random() * DAYS * DAY_MS }),
  );
  await measure('200 newest alerts of a patient', () =>
    records.alerts(anna, { limit: 200, patientId: pick(patientIds) }),
  );
  await measure('history of an alert, with trends', async () => {
    const { id } = pick(alerts);
    const alert = await records.alert(anna, id);
    const trends = records.trends(anna, alert.patientId, spanOfAlert(alert, Date.now()));
    await Promise.all([records.alertTransitions(anna, id), trends]);
  });
}

async function main(): Promise<void> {
  say(`conditions: ${machineConditions()}, PostgreSQL 17 embedded`);
  const ward = await openWard({ HAVEN_RETENTION_DAYS: '3650' });
  const session = new pg.Client({ connectionString: ward.database.url });
  try {
    await session.connect();
    await generate(session);
    const { store, config } = ward;
    const telemetry = new QuietTelemetry();
    const records = await openRecords({ store, config, telemetry, clock: Date.now });
    await measureReads(records, ward.anna);
    await records.close(1000);
    say('dropping a day of vitals and minutes:');
    for (const day of [from, from + DAY_MS, from + 2 * DAY_MS].filter((day) => day < today)) {
      const dropped = await timed(() => store.service.rpc('drop_expired_day', { p_day: dayOf(day) }));
      if (!dropped.done) throw new Error('the day was not dropped');
      const pieces: string[] = [];
      for (;;) {
        const { done, ms } = await timed(() => store.service.rpc('free_dropped_day'));
        if (!done) break;
        pieces.push(ms);
      }
      say(
        `  day ${(day - from) / DAY_MS + 1}: ${dropped.ms} ms; its disk is free after ${pieces.join(' + ')} ms more`,
      );
    }
    say(`load at the end: ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await session.end();
    await ward.close();
  }
}

await main();
