import type { FrameRate } from './frame-rate.ts';

/** How much earlier than due a picture may be and still count as on time, in shares of the period: cameras jitter. */
const EARLY_SHARE = 0.2;

/** Lets so many pictures a second pass, evenly by their own times. */
export class FrameThinner {
  #dueMs = -Infinity;

  /** @param timeMs the picture's time, which never goes back */
  admits(timeMs: number, rate: FrameRate): boolean {
    const period = 1000 / rate;
    if (timeMs < this.#dueMs - EARLY_SHARE * period) return false;
    // A late picture moves the schedule, so that none is made up for in a burst.
    this.#dueMs = Math.max(this.#dueMs + period, timeMs + (1 - EARLY_SHARE) * period);
    return true;
  }
}
