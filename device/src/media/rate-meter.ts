/** The span that a rate is taken over: long enough for a key frame not to matter, short enough to steer by. */
const WINDOW_MS = 2000;

/** A rate over less would be a guess from one or two frames. */
const MIN_SPAN_MS = 500;

/** Counts what happens and says how much of it came a second lately. Times in ms. */
export class RateMeter {
  #counts: { at: number; amount: number }[] = [];
  #since: number | undefined;

  count(amount: number, now: number): void {
    this.#since ??= now;
    this.#counts.push({ at: now, amount });
    this.#forget(now);
  }

  perSecond(now: number): number {
    if (this.#since === undefined) return 0;
    this.#forget(now);
    const span = Math.min(WINDOW_MS, Math.max(MIN_SPAN_MS, now - this.#since));
    return (this.#counts.reduce((sum, { amount }) => sum + amount, 0) * 1000) / span;
  }

  #forget(now: number): void {
    const first = this.#counts.findIndex(({ at }) => at > now - WINDOW_MS);
    this.#counts = first === -1 ? [] : this.#counts.slice(first);
  }
}
