import { lambdaFor } from '../pulse/detrend.ts';
import type { Band } from '../pulse/spectrum.ts';

/** All series that may carry breathing are brought to this rate, Hz: five samples a breath at 45 a minute. */
export const SERIES_RATE_HZ = 4;
/** Half a breath in half a minute is 1/min; a quarter is fine enough for what lies between. */
export const STEP_PER_MIN = 0.25;
/**
 * Rates are looked for somewhat beyond 6 and 40, the ones that are published, so that a rate outside is seen as such and
 * not as the nearest end.
 */
export const LOWEST_PER_MIN = 4;
export const HIGHEST_PER_MIN = 44;

/** Trends slower than the slowest breath (0.05 Hz) are taken off before anything is compared. */
export const SERIES_LAMBDA = lambdaFor(0.05, SERIES_RATE_HZ);

export const RATES = Math.round((HIGHEST_PER_MIN - LOWEST_PER_MIN) / STEP_PER_MIN) + 1;

export const RATE_BAND: Band = {
  lowHz: LOWEST_PER_MIN / 60,
  highHz: HIGHEST_PER_MIN / 60,
  stepHz: STEP_PER_MIN / 60,
  rateHz: SERIES_RATE_HZ,
};

export function rateAt(bin: number): number {
  return LOWEST_PER_MIN + bin * STEP_PER_MIN;
}

export function binOf(perMin: number): number {
  return (perMin - LOWEST_PER_MIN) / STEP_PER_MIN;
}

/** Sum of a distribution over the rates within `halfWidth` (1/min) of a rate. */
export function massAbout(distribution: Float64Array, perMin: number, halfWidth: number): number {
  const first = Math.max(0, Math.ceil(binOf(perMin - halfWidth) - 1e-9));
  const last = Math.min(RATES - 1, Math.floor(binOf(perMin + halfWidth) + 1e-9));
  let sum = 0;
  for (let bin = first; bin <= last; bin++) sum += distribution[bin];
  return sum;
}
