import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { bandPassZeroPhase } from './filter.ts';

/** Window of both chrominance methods, s: holds at least one beat of the slowest pulse (Wang et al. 2017, l = 32 at 20 Hz). */
export const COLOUR_WINDOW_S = 1.6;

/**
 * POS, plane orthogonal to skin (Wang et al. 2017, algorithm 1): the pulse from mean R, G, B of skin, by overlap-add
 * of windows one sample apart, in the pulse band. It falls with blood volume, as the light does.
 *
 * @param red uniformly sampled levels, > 0; green and blue likewise and of the same length
 */
export function pos(
  red: Float64Array,
  green: Float64Array,
  blue: Float64Array,
  rateHz: number,
): Float64Array {
  const n = red.length;
  const length = Math.min(n, Math.round(COLOUR_WINDOW_S * rateHz));
  const pulse = new Float64Array(n);
  const first = new Float64Array(length);
  const second = new Float64Array(length);
  for (let start = 0; start + length <= n; start++) {
    let redSum = 0;
    let greenSum = 0;
    let blueSum = 0;
    for (let i = start; i < start + length; i++) {
      redSum += red[i];
      greenSum += green[i];
      blueSum += blue[i];
    }
    const redScale = length / redSum;
    const greenScale = length / greenSum;
    const blueScale = length / blueSum;
    // Both projections have a mean of zero over the window by construction.
    let firstPower = 0;
    let secondPower = 0;
    for (let i = 0; i < length; i++) {
      const r = red[start + i] * redScale;
      const g = green[start + i] * greenScale;
      const b = blue[start + i] * blueScale;
      first[i] = g - b;
      second[i] = g + b - 2 * r;
      firstPower += first[i] * first[i];
      secondPower += second[i] * second[i];
    }
    const alpha = secondPower === 0 ? 0 : Math.sqrt(firstPower / secondPower);
    for (let i = 0; i < length; i++) pulse[start + i] += first[i] + alpha * second[i];
  }
  return bandPassZeroPhase(pulse, BAND_LOW_HZ, BAND_HIGH_HZ, rateHz);
}
