import type { ViewedTile } from '@haven/protocol';
import { backoffMs } from '../core/backoff.ts';
import type { MonitorRequest } from './consumers.ts';

/** Changes within this time go in one report, ms: scrolling and resizing make many. */
const COALESCE_MS = 100;

/** Reports to one receive transport. */
type Talk = { told: string; sending: boolean; failures: number; lastSentAt: number };

/**
 * Tells the server what the screen shows, whole and whenever it changed: one report at a time, and no more than one
 * in {@link COALESCE_MS}. A report that failed is followed by another until one is answered.
 */
export class ViewReports {
  readonly #request: MonitorRequest;
  #tiles: readonly ViewedTile[] | null = null;
  #talk: Talk | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(request: MonitorRequest) {
    this.#request = request;
  }

  /** The server may know nothing of the screen: it has a new receive transport for it, or was not to be reached. */
  start(): void {
    this.stop();
    this.#talk = { told: '', sending: false, failures: 0, lastSentAt: Number.NEGATIVE_INFINITY };
    void this.#send();
  }

  stop(): void {
    this.#talk = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @param atOnce somebody waits for it: it does not wait for others to go with it */
  show(tiles: readonly ViewedTile[], atOnce: boolean): void {
    this.#tiles = tiles;
    if (this.#talk === null || this.#talk.sending) return;
    if (atOnce && performance.now() - this.#talk.lastSentAt >= COALESCE_MS) void this.#send();
    else this.#sendWithin(COALESCE_MS);
  }

  #sendWithin(waitMs: number): void {
    this.#timer ??= setTimeout(() => void this.#send(), waitMs);
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const talk = this.#talk;
    if (talk === null || talk.sending || this.#tiles === null) return;
    const said = JSON.stringify(this.#tiles);
    if (said === talk.told) return;
    talk.sending = true;
    talk.lastSentAt = performance.now();
    try {
      await this.#request('view:report', { tiles: [...this.#tiles] });
      talk.told = said;
      talk.failures = 0;
    } catch {
      talk.failures += 1;
    }
    talk.sending = false;
    if (talk !== this.#talk) return;
    this.#sendWithin(talk.failures === 0 ? COALESCE_MS : backoffMs(talk.failures));
  }
}
