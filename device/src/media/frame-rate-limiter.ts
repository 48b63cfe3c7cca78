/** Frames may come so much earlier than their turn, as a share of the interval: cameras are not punctual. */
const TOLERANCE = 0.25;

/** Leaves out frames above a rate, as evenly as the frames' own times allow. */
export class FrameRateLimiter {
  readonly #intervalMs: number;
  #dueMs: number | undefined;

  constructor(maxFramesPerSecond: number) {
    this.#intervalMs = 1000 / maxFramesPerSecond;
  }

  admits(timeMs: number): boolean {
    const due = this.#dueMs ?? timeMs;
    if (timeMs < due - TOLERANCE * this.#intervalMs) return false;
    this.#dueMs = Math.max(due + this.#intervalMs, timeMs);
    return true;
  }
}
