import { alertLimitsSchema, type AlertLimits } from '@haven/protocol';
import type { AlertLimitsRow } from '../records/database.ts';
import { readAllPages } from '../records/paging.ts';
import type { StoreCalls } from '../records/store-calls.ts';
import type { StoreClient } from '../records/store.ts';

export type LimitsSubject = { scope: 'room' | 'patient'; id: string };

/** A version of a subject's limits; without limits: they were taken away. */
export type LimitsVersion = {
  subject: LimitsSubject;
  version: number;
  limits: AlertLimits | null;
  userId: string;
  userName: string;
  /** ms since the epoch */
  at: number;
  reason: string;
};

/** The table of alert limits. Changes wait in no journal: what cannot be stored now does not hold. */
export class LimitsStore {
  readonly #client: StoreClient;
  readonly #calls: StoreCalls;

  constructor(client: StoreClient, calls: StoreCalls) {
    this.#client = client;
    this.#calls = calls;
  }

  /** The newest version of each subject. @throws HavenError STORAGE_UNAVAILABLE */
  async newest(): Promise<LimitsVersion[]> {
    const rows = await readAllPages(this.#calls, (from, to) =>
      this.#client.rpc('newest_alert_limits').order('scope').order('subject_id').range(from, to),
    );
    return rows.map(versionOf);
  }

  /**
   * @param id of this change: the same one made again changes nothing more
   * @param expected the version in force that it was made from; 0 for none
   * @returns its version; null when another one is in force by now
   * @throws HavenError STORAGE_UNAVAILABLE
   */
  add(id: string, change: Omit<LimitsVersion, 'version'>, expected: number): Promise<number | null> {
    const row: Omit<AlertLimitsRow, 'version'> = {
      id,
      scope: change.subject.scope,
      subject_id: change.subject.id,
      limits: change.limits,
      changed_by: change.userId,
      changed_by_name: change.userName,
      changed_at: new Date(change.at).toISOString(),
      reason: change.reason,
    };
    return this.#calls.read(() =>
      this.#client.rpc('change_alert_limits', { p_change: row, p_expected: expected }),
    );
  }
}

function versionOf(row: AlertLimitsRow): LimitsVersion {
  // Limits that this version of Haven does not understand hold as little as if there were none.
  const limits = alertLimitsSchema.nullable().catch(null).parse(row.limits);
  return {
    subject: { scope: row.scope, id: row.subject_id },
    version: row.version,
    limits,
    userId: row.changed_by,
    userName: row.changed_by_name,
    at: Date.parse(row.changed_at),
    reason: row.reason,
  };
}
