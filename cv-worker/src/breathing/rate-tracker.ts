import { HIGHEST_PER_MIN, massAbout, rateAt, RATES, STEP_PER_MIN } from './rate-grid.ts';

/** What a resting body's breathing wanders in a second, standard deviation, 1/min: 2/min over a window of 32 s. */
const WANDER_PER_MIN = 0.3;
/** Chance a second that breathing changes to any other rate: once in four minutes. */
const CHANGE = 0.004;
/** A value counts as right within this, 1/min. */
export const TOLERANCE_PER_MIN = 3;
/** Share of the probability that lies in an interval, and what is left on each side. */
const TAIL = 0.025;

export type RateEstimate = {
  perMin: number;
  /** Probability within {@link TOLERANCE_PER_MIN} of it. */
  probability: number;
  low: number;
  high: number;
};

/** Probability of each rate after all that was seen: a Bayesian filter on a grid. */
export class RateTracker {
  readonly #kernel = gaussian(WANDER_PER_MIN / STEP_PER_MIN);
  #probability = new Float64Array(RATES).fill(1 / RATES);
  #spare = new Float64Array(RATES);
  #observed = false;

  /** Whether anything was observed since the start. */
  get hasObserved(): boolean {
    return this.#observed;
  }

  /** A second goes by. */
  advance(): void {
    const next = this.#spare.fill(CHANGE / RATES);
    const reach = (this.#kernel.length - 1) / 2;
    for (let bin = 0; bin < RATES; bin++) {
      const kept = (1 - CHANGE) * this.#probability[bin];
      for (let offset = -reach; offset <= reach; offset++) {
        // What would leave the grid stays at its end.
        const to = Math.max(0, Math.min(RATES - 1, bin + offset));
        next[to] += kept * this.#kernel[offset + reach];
      }
    }
    this.#spare = this.#probability;
    this.#probability = next;
  }

  /** @param weight power of the likelihood: how much of it is news */
  observe(likelihood: Float64Array, weight: number): void {
    let sum = 0;
    for (let bin = 0; bin < RATES; bin++) {
      this.#probability[bin] *= likelihood[bin] ** weight;
      sum += this.#probability[bin];
    }
    for (let bin = 0; bin < RATES; bin++) this.#probability[bin] /= sum;
    this.#observed = true;
  }

  estimate(): RateEstimate {
    return estimateOf(this.#probability);
  }

  reset(): void {
    this.#probability.fill(1 / RATES);
    this.#observed = false;
  }
}

/** The rate about which most of a distribution lies, and where the rest is. */
export function estimateOf(distribution: Float64Array): RateEstimate {
  let best = 0;
  let most = -1;
  for (let bin = 0; bin < RATES; bin++) {
    const mass = massAbout(distribution, rateAt(bin), TOLERANCE_PER_MIN);
    if (mass <= most) continue;
    most = mass;
    best = rateAt(bin);
  }
  let sum = 0;
  let weighted = 0;
  for (let bin = 0; bin < RATES; bin++) {
    if (Math.abs(rateAt(bin) - best) > TOLERANCE_PER_MIN) continue;
    sum += distribution[bin];
    weighted += distribution[bin] * rateAt(bin);
  }
  const perMin = weighted / sum;
  return {
    perMin,
    probability: massAbout(distribution, perMin, TOLERANCE_PER_MIN),
    low: Math.min(perMin, quantile(distribution, TAIL)),
    high: Math.max(perMin, quantile(distribution, 1 - TAIL)),
  };
}

function quantile(distribution: Float64Array, share: number): number {
  let sum = 0;
  for (let bin = 0; bin < RATES; bin++) {
    const before = sum;
    sum += distribution[bin];
    if (sum >= share) return rateAt(bin - 0.5 + (share - before) / distribution[bin]);
  }
  return HIGHEST_PER_MIN;
}

/** A normal distribution over whole bins, four standard deviations to each side. */
function gaussian(deviation: number): Float64Array {
  const reach = Math.ceil(4 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / deviation) ** 2),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}
