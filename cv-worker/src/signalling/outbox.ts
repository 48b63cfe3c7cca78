import { setTimeout as sleep } from 'node:timers/promises';
import { HavenError, MAX_OBSERVATIONS_PER_BATCH, type ErrorCode, type Observation } from '@haven/protocol';
import type { Logger } from 'pino';
import { OutboxQueue } from './outbox-queue.ts';
import type { CvRequester } from './requester.ts';

/** Observations wait for company this long, ms: a quarter of what a value may be late beyond its window. */
const POST_INTERVAL_MS = 50;
/** After a failure that says nothing of when to try again, ms. */
const RETRY_AFTER_MS = 1000;
/** The server will never take this batch as it is. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['INVALID_REQUEST', 'MESSAGE_TOO_LARGE']);

/**
 * Posts observations in batches, one at a time and in order, again and again with the same ids until the server has
 * acknowledged them. What the server rejects (an assignment that was given out anew) is dropped and counted.
 */
export class Outbox {
  readonly #request: CvRequester;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #queue = new OutboxQueue();
  readonly #timer: NodeJS.Timeout;
  #connected = false;
  #posting = false;
  #notBefore = 0;
  #batchSize = MAX_OBSERVATIONS_PER_BATCH;
  #rejected = 0;
  #droppedReported = 0;

  constructor(options: { request: CvRequester; logger: Logger; now?: () => number }) {
    this.#request = options.request;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => void this.post(), POST_INTERVAL_MS);
  }

  /** Observations that are not acknowledged yet. */
  get length(): number {
    return this.#queue.length;
  }

  /** How many the server did not want. */
  get rejected(): number {
    return this.#rejected;
  }

  /** How many had to go because the server could not be reached for long. */
  get dropped(): number {
    return this.#queue.dropped;
  }

  add(observation: Observation): void {
    this.#queue.add(observation);
  }

  connected(): void {
    this.#connected = true;
    this.#notBefore = 0;
  }

  disconnected(): void {
    this.#connected = false;
  }

  /** Posts the oldest observations now, unless a batch is on its way. Never throws. */
  async post(): Promise<void> {
    if (!this.#connected || this.#posting || this.#queue.length === 0 || this.#now() < this.#notBefore)
      return;
    this.#posting = true;
    const batch = this.#queue.first(this.#batchSize);
    try {
      const { rejected } = await this.#request('observations', { observations: batch });
      this.#queue.remove(batch);
      this.#batchSize = MAX_OBSERVATIONS_PER_BATCH;
      this.#count(rejected.map(({ code }) => code));
    } catch (error) {
      this.#failed(batch, error);
    } finally {
      this.#posting = false;
    }
    this.#reportDropped();
  }

  /** Posts what is left, for at most `withinMs`. */
  async flush(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#connected && this.#queue.length > 0 && performance.now() < deadline) {
      void this.post();
      await sleep(POST_INTERVAL_MS / 5);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A batch that is refused as a whole is halved until the observation at fault is alone, and dropped. */
  #failed(batch: readonly Observation[], error: unknown): void {
    const code = error instanceof HavenError ? error.code : 'INTERNAL';
    if (!REFUSALS.has(code)) {
      const retryAfterMs = error instanceof HavenError ? error.retryAfterMs : undefined;
      this.#notBefore = this.#now() + (retryAfterMs ?? RETRY_AFTER_MS);
      this.#logger.debug({ code }, 'observations are posted again later');
    } else if (batch.length > 1) {
      this.#batchSize = Math.floor(batch.length / 2);
    } else {
      this.#queue.remove(batch);
      this.#batchSize = MAX_OBSERVATIONS_PER_BATCH;
      this.#count([code]);
    }
  }

  #count(codes: readonly ErrorCode[]): void {
    if (codes.length === 0) return;
    this.#rejected += codes.length;
    this.#logger.warn({ codes: [...new Set(codes)], count: codes.length }, 'observations were rejected');
  }

  #reportDropped(): void {
    const { dropped } = this.#queue;
    if (dropped === this.#droppedReported) return;
    this.#logger.error(
      { count: dropped - this.#droppedReported },
      'observations were dropped: the server could not be reached for too long',
    );
    this.#droppedReported = dropped;
  }
}
