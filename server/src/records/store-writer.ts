import { appendFile } from 'node:fs/promises';
import { checkpointRow } from '../audit/rows.ts';
import { alertRow } from './alert-rows.ts';
import type { Backlog, Pending } from './backlog.ts';
import type { Journal } from './journal/journal.ts';
import { parseKept } from './kept-entry.ts';
import { auditRow, eventRow, vitalRow } from './rows.ts';
import { StoreRefusedError, type StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';
import { WRITES, type RowWriter, type StoredRows } from './store-tables.ts';

/** Entries wait this long for company, so that a ward's second becomes one insert. */
const WRITE_INTERVAL_MS = 1000;
/** As many rows as one insert takes; this many do not wait. */
const BATCH_ROWS = 500;

export type StoreWriterOptions = {
  client: StoreClient;
  calls: StoreCalls;
  journal: Journal;
  backlog: Backlog;
  /** File that takes what the store will never take, one JSON value a line. */
  refusedPath: string;
  /** A row went to that file; the code is PostgreSQL's. */
  onRefused: (table: string, code: string) => void;
  /** Stored entries could not be removed from the journal. */
  onUnconfirmed: (error: unknown) => void;
};

/**
 * Brings the backlog into the store, in order and in batches, as often as it takes. Every write is idempotent, so
 * that one whose answer was lost is simply made again.
 */
export class StoreWriter {
  readonly #options: StoreWriterOptions;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<boolean> | undefined;
  #reachable = true;
  #closed = false;

  constructor(options: StoreWriterOptions) {
    this.#options = options;
  }

  /** Whether the last write reached the store. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** Something was added to the backlog. */
  notify(): void {
    if (this.#closed || this.#writing !== undefined) return;
    if (this.#options.backlog.rows >= BATCH_ROWS && this.#reachable) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.flush();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.flush();
      }, WRITE_INTERVAL_MS).unref();
    }
  }

  /**
   * Writes until the backlog is empty or the store fails; a failure is followed by another attempt after a while.
   * @returns whether the backlog is empty
   */
  flush(): Promise<boolean> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#options.backlog.size > 0) this.notify();
    });
    return this.#writing;
  }

  /** Writes out what it can within the time. */
  async close(withinMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    const written = (async () => {
      // A write under way may have begun before the last entries came.
      await this.#writing;
      await this.flush();
    })();
    await Promise.race([written, deadline]);
    clearTimeout(timer);
  }

  async #writeAll(): Promise<boolean> {
    const { backlog, journal, onUnconfirmed } = this.#options;
    while (backlog.size > 0) {
      const batch = backlog.oldest(BATCH_ROWS);
      try {
        await this.#write(batch);
        this.#reachable = true;
      } catch {
        this.#reachable = false;
        return false;
      }
      backlog.remove(batch);
      try {
        await journal.confirm(batch.map(({ entry }) => entry));
      } catch (error) {
        // A file that cannot be removed is read again at the next start, which changes nothing.
        onUnconfirmed(error);
      }
    }
    return true;
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    const rows = rowsOf(batch);
    await this.#insert('vitals', rows.vitals, WRITES.vitals);
    await this.#insert('events', rows.events, WRITES.events);
    await this.#insert('alerts', rows.alerts, WRITES.alerts);
    await this.#insert('audit', rows.audit, WRITES.audit);
    await this.#insert('audit_checkpoints', rows.audit_checkpoints, WRITES.audit_checkpoints);
  }

  /** When the store refuses a batch, its halves are tried: one bad row costs no good one. */
  async #insert<Row>(table: string, rows: Row[], write: RowWriter<Row>): Promise<void> {
    if (rows.length === 0) return;
    const { calls, client } = this.#options;
    try {
      await calls.make(() => write(client, rows));
    } catch (error) {
      if (!(error instanceof StoreRefusedError)) throw error;
      if (rows.length === 1) {
        await this.#setAside(table, rows[0], error.code);
        return;
      }
      const middle = Math.ceil(rows.length / 2);
      await this.#insert(table, rows.slice(0, middle), write);
      await this.#insert(table, rows.slice(middle), write);
    }
  }

  async #setAside(table: string, row: unknown, code: string): Promise<void> {
    const line = JSON.stringify({ table, code, row });
    await appendFile(this.#options.refusedPath, `${line}\n`, { mode: 0o600, flush: true });
    this.#options.onRefused(table, code);
  }
}

function rowsOf(batch: readonly Pending[]): StoredRows {
  const rows: StoredRows = { vitals: [], events: [], alerts: [], audit: [], audit_checkpoints: [] };
  const seen = new Set<string>();
  for (const { entry } of batch) {
    const kept = parseKept(entry.payload);
    if (kept?.kind === 'alert') rows.alerts.push(alertRow(kept.alert));
    if (kept?.kind === 'audit') rows.audit.push(auditRow(kept.id, kept.entry));
    if (kept?.kind === 'audit-lines') {
      rows.audit.push(...kept.lines);
      if (kept.checkpoint !== null) rows.audit_checkpoints.push(checkpointRow(kept.checkpoint));
    }
    if (kept?.kind !== 'observations') continue;
    for (const observation of kept.observations) {
      if (seen.has(observation.id)) continue;
      seen.add(observation.id);
      if (observation.kind === 'vital') rows.vitals.push(vitalRow(observation));
      else rows.events.push(eventRow(observation));
    }
  }
  return rows;
}
