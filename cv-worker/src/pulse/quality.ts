/** Signal-to-noise ratio at which half of the values are within 5/min, dB, and how fast that changes with it. */
const HALF_RIGHT_DB = -1.5;
const SLOPE_DB = 2;

/**
 * Signal quality index of an accepted window: the expected share of values within 5/min, 0–1, rising with the
 * signal-to-noise ratio. A logistic curve through what clips of known pulse rate showed.
 */
export function pulseQuality(snrDb: number): number {
  const share = 1 / (1 + Math.exp(-(snrDb - HALF_RIGHT_DB) / SLOPE_DB));
  return Math.round(share * 100) / 100;
}
