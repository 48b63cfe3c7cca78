import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { AuditEntry } from './records.ts';
import { dayOf, DAY_MS } from './rows.ts';
import type { StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';

/** A server that has just started has other things to do; several that started together do not come together. */
const FIRST_RUN_MS = 5 * 60_000;
const JITTER_MS = 10 * 60_000;
/** Rows of a table in one transaction: tens of milliseconds. */
const DELETED_ROWS = 5000;
/** A pause between transactions, in which the store belongs to the ward, ms. */
const PAUSE_MS = 50;
/** A server that stops has little time, ms. */
const CLOSE_WITHIN_MS = 500;
/** 50 million rows of a run; what is left goes with the next one. */
const MOST_DELETIONS = 10_000;

export type RetentionOptions = {
  client: StoreClient;
  calls: StoreCalls;
  /** Days that records are kept, the running one not counted. */
  days: number;
  clock: () => number;
  audit: (entry: AuditEntry) => Promise<void>;
  onFailure: (error: unknown) => void;
};

/**
 * Ends the life of vitals, their minutes and hours, events and ended alerts once a day: whole days by dropping their
 * partitions, the rest by deleting. Alerts that are still on screen stay, and so does the audit trail, which ends by
 * rules of its own.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next(FIRST_RUN_MS);
  }

  /** Does now what is due. Two calls share one run. Never throws. */
  run(): Promise<void> {
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted) this.#options.onFailure(error);
      })
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Waits a moment for the step under way, so that it is told of; one that takes longer is left to itself. */
  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    if (this.#running === undefined) return;
    const waited = new AbortController();
    const { signal } = waited;
    await Promise.race([this.#running, delay(CLOSE_WITHIN_MS, undefined, { signal }).catch(() => undefined)]);
    waited.abort();
  }

  #next(afterMs: number): void {
    if (this.#closed.signal.aborted) return;
    this.#timer = setTimeout(
      () => void this.run().then(() => this.#next(DAY_MS)),
      afterMs + Math.random() * JITTER_MS,
    ).unref();
  }

  async #run(): Promise<void> {
    const before = dayOf(this.#options.clock() - this.#options.days * DAY_MS);
    await this.#dropDays(before);
    await this.#deleteRows(before);
  }

  async #dropDays(before: string): Promise<void> {
    const { client, calls } = this.#options;
    const answer = await calls.make(() => client.rpc('expired_days', { p_before: before }));
    for (const day of z.array(z.iso.date()).parse(answer)) {
      if (this.#closed.signal.aborted) return;
      // Another server is at it: it does the rest as well.
      if (!(await calls.make(() => client.rpc('drop_expired_day', { p_day: day })))) return;
      await this.#tell(`day:${day}`);
    }
    // Also what an earlier run left, when the server stopped in the middle of it.
    for (let piece = 0; piece < MOST_DELETIONS && !this.#closed.signal.aborted; piece++) {
      if (!(await calls.make(() => client.rpc('free_dropped_day')))) return;
    }
  }

  async #deleteRows(before: string): Promise<void> {
    const { client, calls } = this.#options;
    const expired = { p_before: `${before}T00:00:00Z`, p_rows: DELETED_ROWS };
    let all = 0;
    for (let time = 0; time < MOST_DELETIONS && !this.#closed.signal.aborted; time++) {
      const deleted = await calls.make(() => client.rpc('delete_expired_rows', expired));
      if (deleted === null || deleted === 0) break;
      all += deleted;
      await delay(PAUSE_MS);
    }
    if (all > 0) await this.#tell(`before:${before}`);
  }

  #tell(subject: string): Promise<void> {
    const { audit, clock } = this.#options;
    return audit({ actor: 'system', action: 'records:expire', subject, result: 'done', at: clock() });
  }
}
