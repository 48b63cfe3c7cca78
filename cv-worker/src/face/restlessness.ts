const { exp, max } = Math;

/** A region that changes from picture to picture by this factor more than forehead and cheeks moves by itself. */
const RESTLESS = 1.4;
/** Changes are judged over about this long, ms: a sentence, not a picture. */
const MEMORY_MS = 4000;
/** A mouth that moved is not trusted for a window of the pulse's, ms. */
const DISTRUST_MS = 12_000;

/**
 * Tells when a part of the face moves by itself, as a chin does in talking: its brightness then changes more from
 * picture to picture than that of the parts that cannot.
 */
export class Restlessness {
  #previous: Float64Array;
  #power: Float64Array;
  #at: number | null = null;
  #restlessAt = -Infinity;

  /** @param calm how many parts cannot move by themselves; the one after them can */
  constructor(calm: number) {
    this.#previous = new Float64Array(calm + 1);
    this.#power = new Float64Array(calm + 1);
  }

  /**
   * @param levels brightness of the parts that cannot move and of the one that can, 0 where they are hidden
   * @returns whether the one that can has moved lately
   */
  add(timeMs: number, levels: ArrayLike<number>): boolean {
    const weight = this.#at === null ? 1 : 1 - exp(-(timeMs - this.#at) / MEMORY_MS);
    this.#at = timeMs;
    const last = this.#power.length - 1;
    let calmest = 0;
    for (let i = 0; i <= last; i++) {
      const before = this.#previous[i];
      const change = before > 0 && levels[i] > 0 ? levels[i] / before - 1 : 0;
      this.#previous[i] = levels[i];
      this.#power[i] += weight * (change * change - this.#power[i]);
      if (i < last) calmest = max(calmest, this.#power[i]);
    }
    if (this.#power[last] > RESTLESS ** 2 * calmest) this.#restlessAt = timeMs;
    return timeMs - this.#restlessAt < DISTRUST_MS;
  }
}
