import { rateOf, stateOf, STATES } from './rate-grid.ts';

/** Values this near to the truth are right, 1/min: what quality counts. */
export const TOLERANCE_PER_MIN = 5;
const TAIL = 0.025;
/** Log odds are bounded where rounding ends. */
const MIN_PROBABILITY = 1e-9;

/** What is believed about the rate. */
export type Belief = {
  /** Mean about the most probable rate, 1/min. */
  perMin: number;
  /** Logarithm of the odds that the rate is within {@link TOLERANCE_PER_MIN} of it. */
  logOdds: number;
  /** Between these the rate lies with a probability of 95 %, 1/min. */
  low: number;
  high: number;
};

/** @param posterior probability of each state */
export function beliefOf(posterior: Float64Array): Belief {
  let mode = 0;
  for (let state = 1; state < STATES; state++) if (posterior[state] > posterior[mode]) mode = state;
  const perMin = meanAbout(posterior, mode);
  const mass = massNear(posterior, perMin);
  const odds = Math.max(MIN_PROBABILITY, mass) / Math.max(MIN_PROBABILITY, 1 - mass);
  return {
    perMin,
    logOdds: Math.log(odds),
    low: quantile(posterior, TAIL),
    high: quantile(posterior, 1 - TAIL),
  };
}

/** Probability of a rate within {@link TOLERANCE_PER_MIN}. */
export function massNear(posterior: Float64Array, perMin: number): number {
  let mass = 0;
  const last = stateOf(perMin + TOLERANCE_PER_MIN);
  for (let state = stateOf(perMin - TOLERANCE_PER_MIN); state <= last; state++) mass += posterior[state];
  return mass;
}

function meanAbout(posterior: Float64Array, mode: number): number {
  let sum = 0;
  let weights = 0;
  const last = Math.min(STATES - 1, mode + TOLERANCE_PER_MIN);
  for (let state = Math.max(0, mode - TOLERANCE_PER_MIN); state <= last; state++) {
    sum += posterior[state] * rateOf(state);
    weights += posterior[state];
  }
  return sum / weights;
}

/** Each state stands for the rates up to half a beat to both sides. */
function quantile(posterior: Float64Array, share: number): number {
  let below = 0;
  for (let state = 0; state < STATES; state++) {
    const here = posterior[state];
    if (below + here >= share) return rateOf(state) - 0.5 + (share - below) / here;
    below += here;
  }
  return rateOf(STATES - 1) + 0.5;
}
