import { MAX_PULSE_PER_MIN, MIN_PULSE_PER_MIN } from './band.ts';

/** The rates that are weighed against each other: one state for each whole beat a minute. */
export const STATES = MAX_PULSE_PER_MIN - MIN_PULSE_PER_MIN + 1;

export function rateOf(state: number): number {
  return MIN_PULSE_PER_MIN + state;
}

/** The nearest state. */
export function stateOf(perMin: number): number {
  return Math.max(0, Math.min(STATES - 1, Math.round(perMin - MIN_PULSE_PER_MIN)));
}

/** Turns logarithms of weights, in place, into weights that sum to one. */
export function normalise(logWeights: Float64Array): void {
  let highest = -Infinity;
  for (const value of logWeights) if (value > highest) highest = value;
  let sum = 0;
  for (let i = 0; i < logWeights.length; i++) {
    logWeights[i] = Math.exp(logWeights[i] - highest);
    sum += logWeights[i];
  }
  for (let i = 0; i < logWeights.length; i++) logWeights[i] /= sum;
}
