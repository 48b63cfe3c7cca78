import type pg from 'pg';

export type Generated = {
  roomId: string;
  patientIds: readonly string[];
  /** Beginning of the first day, ms since the epoch; whole days in UTC. */
  from: number;
  days: number;
  /** Of each patient. */
  alertsADay: number;
};

/** Four in a life: raised, cleared, returned, acknowledged. */
export const TRANSITIONS_OF_AN_ALERT = 4;

const iso = (ms: number) => new Date(ms).toISOString();
const DAY_MS = 86_400_000;

/** Patients, and their records but the vitals of each second: minutes with gaps, hours, events, alerts. */
export async function generateRecords(
  session: pg.Client,
  { roomId, patientIds, from, days, alertsADay }: Generated,
): Promise<void> {
  const until = from + days * DAY_MS;
  await session.query(
    `insert into public.patients (id, room_id, name, bed)
     select p.id, $2, 'Patient ' || p.number, 'G' || p.number from unnest($1::text[]) with ordinality p (id, number)`,
    [patientIds, roomId],
  );
  await session.query('select public.ensure_records_partitions($1::date, $2)', [
    iso(from).slice(0, 10),
    days,
  ]);
  await session.query(
    `insert into public.vitals_minutes
     select p.id, n.name, m.minute, 55, 55, 55 * v.value, v.value - 3, v.value + 3
       from unnest($1::text[]) p (id)
       cross join unnest(array['pulse', 'breathing', 'motion']) n (name)
       cross join generate_series($2::timestamptz, $3::timestamptz - interval '1 minute', '1 minute') m (minute)
       cross join lateral (select 60 + 20 * random() as value) v
      where random() < 0.9`,
    [patientIds, iso(from), iso(until)],
  );
  await session.query(
    `insert into public.vitals_hours
     select patient_id, name, date_trunc('hour', minute, 'UTC'), sum(measured), sum(seconds), sum(total),
            min(low), max(high)
       from public.vitals_minutes where patient_id = any ($1) group by 1, 2, 3`,
    [patientIds],
  );
  await session.query(
    `insert into public.events (id, patient_id, stream_id, source, at, kind, name, present)
     select gen_random_uuid(), p.id, gen_random_uuid(), 'camera', t.at, 'condition', 'camera-covered', true
       from unnest($1::text[]) p (id)
       cross join generate_series($2::timestamptz, $3::timestamptz - interval '1 minute', '30 minutes') t (at)`,
    [patientIds, iso(from), iso(until)],
  );
  await session.query(
    `with made as (
       insert into public.alerts (id, patient_id, room_id, rule, priority, episode, source, condition, started_at,
              cleared_at, value, "limit", active, version, change_kind, change_at)
       select gen_random_uuid(), p.id, $4, r.rule, 'high', row_number() over (partition by p.id, r.rule order by t.at),
              'camera', 'cleared', t.at, t.at + interval '90 seconds', 141, 130, false, $6, 'acknowledged',
              t.at + interval '2 minutes'
         from unnest($1::text[]) p (id)
         cross join generate_series($2::timestamptz, $3::timestamptz - interval '1 second', $5::interval)
              with ordinality t (at, number)
         cross join lateral (select (array['pulse-high', 'pulse-low', 'breathing-high', 'fall'])[1 + t.number % 4]
              as rule) r
       returning id, started_at
     )
     insert into public.alert_transitions (alert_id, version, kind, at, value, "limit")
     select m.id, v.version, (array['raised', 'cleared', 'returned', 'acknowledged'])[v.version],
            m.started_at + v.version * interval '30 seconds', 141, 130
       from made m cross join generate_series(1, $6) v (version)`,
    [
      patientIds,
      iso(from),
      iso(until),
      roomId,
      `${DAY_MS / alertsADay} milliseconds`,
      TRANSITIONS_OF_AN_ALERT,
    ],
  );
}

/** Vitals of each second, or of every so many, of a time; without their minutes, which {@link generateRecords} makes. */
export async function generateVitals(
  session: pg.Client,
  {
    patientIds,
    from,
    until,
    everySeconds,
  }: {
    patientIds: readonly string[];
    from: number;
    until: number;
    everySeconds: number;
  },
): Promise<number> {
  const { rowCount } = await session.query(
    `insert into public.vitals
     select gen_random_uuid(), (t.at at time zone 'UTC')::date, p.id, '00000000-0000-4000-8000-000000000000', 'camera',
            t.at, n.name, '/min', 'measured', 60 + 20 * random(), 0.9, 'pos', 10000, t.at, null
       from generate_series($2::timestamptz, $3::timestamptz - interval '1 second', $4::interval) t (at)
       cross join unnest($1::text[]) p (id)
       cross join unnest(array['pulse', 'breathing', 'motion']) n (name)`,
    [patientIds, iso(from), iso(until), `${everySeconds} seconds`],
  );
  return rowCount ?? 0;
}
