/** What users read: under their own rights, so that row-level security decides, with the backlog merged in. */
import { HavenError, type Alert, type StoredVital } from '@haven/protocol';
import { alertOf } from './alert-rows.ts';
import { highestVersions, type Backlog } from './backlog.ts';
import type { VitalRow } from './database.ts';
import { PAGE_ROWS, readAllPages } from './paging.ts';
import { dayOf, storedVital } from './rows.ts';
import type { StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';

/** A day of six vitals at 1 Hz is 519 pages. */
const MAX_VITAL_PAGES = 600;

export type Reading = { client: StoreClient; calls: StoreCalls; backlog: Backlog };

/** Both ends of the time included, in order of time. @throws HavenError STORAGE_UNAVAILABLE */
export async function readVitals(
  { client, calls, backlog }: Reading,
  patientId: string,
  since: number,
  until: number,
): Promise<StoredVital[]> {
  // Taken first: an entry that moves into the store meanwhile is then seen at least once.
  const pending = backlog.vitals(patientId, since, until);
  const visible = await calls.read(() => client.from('patients').select('id').eq('id', patientId));
  if (visible.length === 0) return [];
  const vitals = new Map(pending.map((vital) => [vital.id, vital]));
  let last: VitalRow | undefined;
  for (let page = 0; page < MAX_VITAL_PAGES; page++) {
    const rows = await calls.read(() => vitalsAfter(client, patientId, since, until, last));
    for (const row of rows) vitals.set(row.id, storedVital(row));
    last = rows.at(-1);
    if (rows.length < PAGE_ROWS) break;
  }
  return [...vitals.values()].toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** The next page behind a row; the days spare the store the other days' partitions. */
function vitalsAfter(
  client: StoreClient,
  patientId: string,
  since: number,
  until: number,
  last: VitalRow | undefined,
) {
  const page = client
    .from('vitals')
    .select('*')
    .eq('patient_id', patientId)
    .gte('day', last?.day ?? dayOf(since))
    .lte('day', dayOf(until))
    .gte('at', last?.at ?? new Date(since).toISOString())
    .lte('at', new Date(until).toISOString())
    .order('at')
    .order('id')
    .limit(PAGE_ROWS);
  return last === undefined ? page : page.or(`at.gt."${last.at}",id.gt.${last.id}`);
}

type AlertsQuery = { patientId?: string; active?: boolean; before?: number; limit: number };

/** Newest first. @throws HavenError STORAGE_UNAVAILABLE */
export async function readAlerts(
  { client, calls, backlog }: Reading,
  { patientId, active, before, limit }: AlertsQuery,
): Promise<Alert[]> {
  const pending = backlog.alerts();
  const stored = calls.read(() => {
    // A pending version can take an alert out of the answer: as many more are asked for.
    const count = Math.min(limit + pending.length, PAGE_ROWS);
    let query = client.from('alerts').select('*').order('started_at', { ascending: false }).limit(count);
    if (patientId !== undefined) query = query.eq('patient_id', patientId);
    if (active !== undefined) query = query.eq('active', active);
    if (before !== undefined) query = query.lt('started_at', new Date(before).toISOString());
    return query;
  });
  const rooms = readAllPages(calls, (from, to) =>
    client.from('rooms').select('id').order('id').range(from, to),
  );
  const [rows, visibleRooms] = await Promise.all([stored, rooms]);
  const visible = new Set(visibleRooms.map(({ id }) => id));
  const mine = pending.filter((alert) => visible.has(alert.roomId));
  return highestVersions([...rows.map(alertOf), ...mine])
    .filter((alert) => patientId === undefined || alert.patientId === patientId)
    .filter((alert) => active === undefined || alert.active === active)
    .filter((alert) => before === undefined || alert.startedAt < before)
    .toSorted((a, b) => b.startedAt - a.startedAt)
    .slice(0, limit);
}

/** @throws HavenError ALERT_UNKNOWN, STORAGE_UNAVAILABLE */
export async function readAlert({ client, calls, backlog }: Reading, alertId: string): Promise<Alert> {
  const pending = backlog.alerts().find(({ id }) => id === alertId);
  const rows = await calls.read(() => client.from('alerts').select('*').eq('id', alertId));
  const [newest] = highestVersions([...rows.map(alertOf), ...(pending === undefined ? [] : [pending])]);
  if (newest === undefined) throw new HavenError('ALERT_UNKNOWN');
  if (rows.length === 0) {
    const room = await calls.read(() => client.from('rooms').select('id').eq('id', newest.roomId));
    if (room.length === 0) throw new HavenError('ALERT_UNKNOWN');
  }
  return newest;
}
