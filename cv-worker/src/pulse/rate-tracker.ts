import { normalise, STATES } from './rate-grid.ts';

/** Standard deviation of a pulse's change in a second, 1/min: 45/min in 10 s is three of them in each. */
const DIFFUSION_PER_MIN = 1.5;
const REACH = Math.ceil(3 * DIFFUSION_PER_MIN);
/** Probability a second that the rate is anywhere else: a step, or a wrong belief until now. */
const JUMP = 0.01;
/** Windows of 10 s a second apart show most of the same: each adds this share of its evidence to what is remembered. */
const NEW_EVIDENCE = 0.15;

const kernel = Float64Array.from({ length: 2 * REACH + 1 }, (_, i) =>
  Math.exp(-0.5 * ((i - REACH) / DIFFUSION_PER_MIN) ** 2),
);
const kernelSum = kernel.reduce((sum, weight) => sum + weight, 0);

/**
 * Follows the pulse rate by Bayes' rule on the grid of rates: a rate changes little in a second, seldom jumps, and is
 * the likelier the more of the window it explains. Unlike a Kalman filter it can keep two rates in mind.
 */
export class RateTracker {
  readonly #belief = new Float64Array(STATES).fill(1 / STATES);
  readonly #predicted = new Float64Array(STATES);
  readonly #posterior = new Float64Array(STATES);

  /**
   * A second has passed and a window been seen.
   *
   * @param evidence log-likelihood of each state
   * @returns probability of each state; valid until the next call
   */
  update(evidence: Float64Array): Float64Array {
    this.#predict();
    for (let state = 0; state < STATES; state++) {
      const prior = Math.log(this.#predicted[state]);
      this.#posterior[state] = prior + evidence[state];
      this.#belief[state] = prior + NEW_EVIDENCE * evidence[state];
    }
    normalise(this.#posterior);
    normalise(this.#belief);
    return this.#posterior;
  }

  /** A second has passed in which nothing was seen. */
  skip(): void {
    this.#predict();
    this.#belief.set(this.#predicted);
  }

  /** Any rate is as likely as any other again. */
  reset(): void {
    this.#belief.fill(1 / STATES);
  }

  #predict(): void {
    for (let state = 0; state < STATES; state++) {
      let sum = 0;
      for (let i = 0; i < kernel.length; i++) {
        const from = state + i - REACH;
        if (from >= 0 && from < STATES) sum += this.#belief[from] * kernel[i];
      }
      this.#predicted[state] = ((1 - JUMP) * sum) / kernelSum + JUMP / STATES;
    }
  }
}
