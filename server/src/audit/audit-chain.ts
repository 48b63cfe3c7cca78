import { HavenError } from '@haven/protocol';
import type { AuditEntry } from '../records/records.ts';
import type { ChainEnd } from './chained-line.ts';
import { extendChain, type AuditBatch, type ChainState, type Writer } from './chain-state.ts';

/** Lines that share one entry of the journal: some 60 kB. */
const BATCH_LINES = 100;
/** Lines that may wait for a slow disk; as many come in a minute of a busy ward. */
const MAX_WAITING = 10_000;

type Waiting = { entry: AuditEntry | undefined; resolve: () => void; reject: (error: unknown) => void };

export type AuditChainOptions = Writer & {
  state: ChainState;
  /** ms since the epoch */
  clock: () => number;
  /** Resolves when the batch is on disk as a whole; rejects when nothing of it is. */
  keep: (batch: AuditBatch) => Promise<void>;
};

/**
 * A node's running chain: one writer, one batch at a time. A line has its place only when it is on disk, so that a
 * batch that could not be written leaves no hole: the next one takes its places.
 */
export class AuditChain {
  readonly #options: AuditChainOptions;
  #state: ChainState;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(options: AuditChainOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  get node(): string {
    return this.#options.node;
  }

  /** The last line that is on disk; undefined before the first. */
  get end(): ChainEnd | undefined {
    return this.#state.end;
  }

  /** Resolves when the line is on disk. @throws HavenError STORAGE_FULL, STORAGE_UNAVAILABLE, SHUTTING_DOWN */
  add(entry: AuditEntry): Promise<void> {
    return this.#enqueue(entry);
  }

  /** Writes the checkpoint of a day that has ended; does nothing while it lasts. @throws HavenError as {@link add} */
  closeEndedDay(): Promise<void> {
    return this.#enqueue(undefined);
  }

  async #enqueue(entry: AuditEntry | undefined): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) throw new HavenError('STORAGE_UNAVAILABLE');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    // Whatever else arrives in this turn of the event loop shares the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, BATCH_LINES);
      try {
        await this.#keep(group.flatMap(({ entry }) => (entry === undefined ? [] : [entry])));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#writing = false;
  }

  async #keep(entries: readonly AuditEntry[]): Promise<void> {
    const { keep, clock } = this.#options;
    const { batch, state } = extendChain(this.#state, entries, this.#options, clock());
    if (batch.checkpoint === null && batch.lines.length === 0) return;
    await keep(batch);
    this.#state = state;
  }
}
