/** A child that ran at least this long starts anew without waiting longer, ms. */
const STEADY_AFTER_MS = 30_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;

/** Delays between restarts: a quarter of a second, doubling while the child keeps dying young. */
export class Backoff {
  #delayMs = FIRST_DELAY_MS;

  /**
   * @param ranMs how long the child ran before it died
   * @returns how long to wait before starting it again, ms
   */
  next(ranMs: number): number {
    if (ranMs >= STEADY_AFTER_MS) this.#delayMs = FIRST_DELAY_MS;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(LONGEST_DELAY_MS, 2 * delayMs);
    return delayMs;
  }
}
