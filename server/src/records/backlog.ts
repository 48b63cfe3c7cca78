import type { Alert, StoredVital } from '@haven/protocol';
import type { JournalEntry } from './journal/journal.ts';
import { parseKept, type Kept } from './kept-entry.ts';

/** An entry that is on disk and not in the store yet; its content stays serialised until it is needed. */
export type Pending = {
  readonly entry: JournalEntry;
  readonly keptAt: number;
  /** How many rows it becomes in the store. */
  readonly rows: number;
  readonly audit: boolean;
  readonly alert: Alert | undefined;
  readonly vitals: { patientIds: ReadonlySet<string>; from: number; until: number } | undefined;
};

/** Everything that is on disk and not in the store yet, oldest first. */
export class Backlog {
  readonly #pending = new Set<Pending>();
  #rows = 0;

  add(entry: JournalEntry, kept: Kept): void {
    const pending = {
      entry,
      keptAt: kept.keptAt,
      rows: rowsOf(kept),
      audit: kept.kind === 'audit-lines',
      alert: kept.kind === 'alert' ? kept.alert : undefined,
      vitals: kept.kind === 'observations' ? spanOfVitals(kept.observations) : undefined,
    };
    this.#pending.add(pending);
    this.#rows += pending.rows;
  }

  remove(batch: readonly Pending[]): void {
    for (const pending of batch) {
      if (this.#pending.delete(pending)) this.#rows -= pending.rows;
    }
  }

  /** The oldest entries, as many as have at most this many rows together, and at least one. */
  oldest(rows: number): Pending[] {
    const batch: Pending[] = [];
    let taken = 0;
    for (const pending of this.#pending) {
      if (batch.length > 0 && taken + pending.rows > rows) break;
      batch.push(pending);
      taken += pending.rows;
    }
    return batch;
  }

  /** Whether lines of the audit trail are among them. */
  get holdsAudit(): boolean {
    for (const { audit } of this.#pending) if (audit) return true;
    return false;
  }

  get size(): number {
    return this.#pending.size;
  }

  get rows(): number {
    return this.#rows;
  }

  /** When the oldest entry was kept; undefined when there is none. */
  get oldestKeptAt(): number | undefined {
    for (const pending of this.#pending) return pending.keptAt;
    return undefined;
  }

  /** A patient's vitals of a time, both ends included. */
  vitals(patientId: string, since: number, until: number): StoredVital[] {
    const found: StoredVital[] = [];
    for (const { entry, vitals } of this.#pending) {
      if (vitals?.patientIds.has(patientId) !== true || vitals.from > until || vitals.until < since) continue;
      const kept = parseKept(entry.payload);
      if (kept?.kind !== 'observations') continue;
      for (const observation of kept.observations) {
        if (observation.kind !== 'vital' || observation.patientId !== patientId) continue;
        const { id, at, streamId, source } = observation;
        if (at >= since && at <= until) found.push({ ...observation.vital, id, at, streamId, source });
      }
    }
    return found;
  }

  /** What is pending of one alert, in order of writing. */
  versionsOf(alertId: string): Alert[] {
    return [...this.#pending].flatMap(({ alert }) => (alert?.id === alertId ? [alert] : []));
  }

  /** The highest version of each alert. */
  alerts(): Alert[] {
    const alerts: Alert[] = [];
    for (const { alert } of this.#pending) if (alert !== undefined) alerts.push(alert);
    return highestVersions(alerts);
  }
}

function rowsOf(kept: Kept): number {
  if (kept.kind === 'observations') return kept.observations.length;
  return kept.kind === 'audit-lines' ? kept.lines.length + 1 : 1;
}

/** One alert for each id: the one of the highest version. */
export function highestVersions(alerts: Iterable<Alert>): Alert[] {
  const highest = new Map<string, Alert>();
  for (const alert of alerts) {
    const known = highest.get(alert.id);
    if (known === undefined || known.version < alert.version) highest.set(alert.id, alert);
  }
  return [...highest.values()];
}

function spanOfVitals(
  observations: Extract<Kept, { kind: 'observations' }>['observations'],
): Pending['vitals'] {
  const vitals = observations.filter(({ kind }) => kind === 'vital');
  if (vitals.length === 0) return undefined;
  const times = vitals.map(({ at }) => at);
  return {
    patientIds: new Set(vitals.map(({ patientId }) => patientId)),
    from: Math.min(...times),
    until: Math.max(...times),
  };
}
