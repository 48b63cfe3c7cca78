import { setTimeout as delay } from 'node:timers/promises';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { HavenError } from '@haven/protocol';
import { dataOf } from '../records/store-calls.ts';
import type { StoreClient } from '../records/store.ts';
import { RightsSnapshot } from './rights-snapshot.ts';

/** A right that is taken away ends running sessions within this and the time of a query. */
const POLL_INTERVAL_MS = 2000;
const QUERY_TIMEOUT_MS = 5000;
/**
 * How long the last known rights hold while the store is away. Longer than a restart of a database takes; not so long
 * that somebody who was dismissed goes on watching for a shift.
 */
const FAIL_STATIC_MS = 30 * 60_000;
/** Unknown tokens, however many, cause at most one extra query in this time. */
const LOOK_AGAIN_INTERVAL_MS = 250;

export type RightsWatchOptions = {
  client: StoreClient;
  /** ms since the epoch */
  clock: () => number;
  /** A poll failed; the last known rights go on. */
  onFailure: (error: unknown) => void;
  /**
   * Told each reading, and when it began on the monotonic clock, ms.
   * @returns whether something changed that the snapshots' comparison does not see
   */
  onRead: (snapshot: RightsSnapshot, readSince: number) => boolean;
};

/** Reads the rights anew every two seconds, and tells when they changed. */
export class RightsWatch {
  readonly #options: RightsWatchOptions;
  readonly #listeners = new Set<() => void>();
  #snapshot: RightsSnapshot;
  #readAt: number;
  #lookingAgain: Promise<void> | undefined;
  #lookedAgainAt = -Infinity;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: RightsWatchOptions, snapshot: RightsSnapshot) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#readAt = options.clock();
    this.#schedule();
  }

  /** @throws Error when the store does not answer */
  static async start(options: RightsWatchOptions): Promise<RightsWatch> {
    const readSince = performance.now();
    const snapshot = await readSnapshot(options.client);
    options.onRead(snapshot, readSince);
    return new RightsWatch(options, snapshot);
  }

  /** @throws HavenError STORAGE_UNAVAILABLE when the last known rights are too old to go by */
  get current(): RightsSnapshot {
    if (this.ageMs > FAIL_STATIC_MS) throw new HavenError('STORAGE_UNAVAILABLE');
    return this.#snapshot;
  }

  get ageMs(): number {
    return Math.max(0, this.#options.clock() - this.#readAt);
  }

  /** Looks for somebody who may have been added just now: reads anew when there is nobody. */
  async find<T>(search: (snapshot: RightsSnapshot) => T | undefined): Promise<T | undefined> {
    const known = search(this.current);
    if (known !== undefined) return known;
    this.#lookingAgain ??= this.#lookAgain();
    await this.#lookingAgain;
    return search(this.current);
  }

  /** Reads anew. Failures are reported, not thrown. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Reads anew from now on, so that what was written until now is seen. Failures are reported, not thrown. */
  async reread(): Promise<void> {
    await this.#reading;
    await this.refresh();
  }

  /** Something changed here, in this process. */
  announce(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
    await this.#reading;
  }

  /** A query that begins now or later, so that it sees what was added until now. */
  async #lookAgain(): Promise<void> {
    await delay(Math.max(0, this.#lookedAgainAt + LOOK_AGAIN_INTERVAL_MS - performance.now()));
    await this.#reading;
    // Whoever misses from here on may have been added after this query began, and causes the next one.
    this.#lookingAgain = undefined;
    this.#lookedAgainAt = performance.now();
    if (!this.#closed) await this.refresh();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.refresh().then(() => {
        if (!this.#closed) this.#schedule();
      });
    }, POLL_INTERVAL_MS).unref();
  }

  async #read(): Promise<void> {
    try {
      const readSince = performance.now();
      const snapshot = await readSnapshot(this.#options.client);
      const sessionsChanged = this.#options.onRead(snapshot, readSince);
      const changed = !snapshot.equals(this.#snapshot);
      this.#snapshot = snapshot;
      this.#readAt = this.#options.clock();
      if (changed || sessionsChanged) this.announce();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}

async function readSnapshot(client: StoreClient): Promise<RightsSnapshot> {
  const limit = timeout(QUERY_TIMEOUT_MS, TimeoutStrategy.Aggressive);
  return RightsSnapshot.parse(await limit.execute(async () => dataOf(await client.rpc('access_snapshot'))));
}
