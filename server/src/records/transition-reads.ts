import type { AlertTransition } from '@haven/protocol';
import { transitionOf, storedTransition } from './alert-rows.ts';
import { readAlert, type Reading } from './clinical-reads.ts';
import { PAGE_ROWS } from './paging.ts';

/**
 * An alert's life so far, in order of versions, the journal's included. Alerts from before transitions were kept have
 * only later ones.
 *
 * @throws HavenError ALERT_UNKNOWN, also for a room that the user may not see; STORAGE_UNAVAILABLE
 */
export async function readTransitions(reading: Reading, alertId: string): Promise<AlertTransition[]> {
  const { client, calls, backlog } = reading;
  // Taken first: an entry that moves into the store meanwhile is then seen at least once.
  const pending = backlog.versionsOf(alertId);
  // The journal's versions belong to whoever may see the alert.
  await readAlert(reading, alertId);
  const rows = await calls.read(() =>
    client.from('alert_transitions').select('*').eq('alert_id', alertId).order('version').limit(PAGE_ROWS),
  );
  const transitions = new Map(rows.map((row) => [row.version, storedTransition(row)]));
  for (const alert of pending) transitions.set(alert.version, transitionOf(alert));
  return [...transitions.values()].toSorted((a, b) => a.version - b.version).slice(0, PAGE_ROWS);
}
