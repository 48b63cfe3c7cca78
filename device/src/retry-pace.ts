import { HavenError } from '@haven/protocol';
import { OTHER_LAYERS, type PublicationEnd } from './publication.ts';

/** Wait before publishing again, ms: doubled by each failure in a row, and jittered. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 5000;
const JITTER = 0.5;
/** A publication that lasted so long was no failure. */
export const HEALTHY_AFTER_MS = 10_000;

/** How long the agent waits before it publishes again. */
export class RetryPace {
  #retryMs = RETRY_MS;

  /** The attempt failed. @returns the wait, ms: never shorter than the server asked for */
  failed(error: unknown): number {
    const asked = error instanceof HavenError ? error.retryAfterMs : undefined;
    return Math.max(asked ?? 0, this.#next());
  }

  /** A publication is over. @param lastedMs from its claim on @returns the wait, ms */
  ended(end: PublicationEnd, lastedMs: number): number {
    if (end === OTHER_LAYERS) return 0;
    if (lastedMs <= HEALTHY_AFTER_MS) return this.#next();
    this.#retryMs = RETRY_MS;
    // A new session, at another node maybe: the one before was well, and everybody waits for the picture.
    return end === 'device-lost' ? 0 : this.#next();
  }

  #next(): number {
    const wait = this.#retryMs * (1 + JITTER * (2 * Math.random() - 1));
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    return wait;
  }
}
