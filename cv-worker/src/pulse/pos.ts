import { mean, standardDeviation } from './statistics.ts';

/** Window of both chrominance methods, s: holds at least one beat of the slowest pulse (Wang et al. 2017, l = 32 at 20 Hz). */
export const COLOUR_WINDOW_S = 1.6;

/**
 * POS, plane orthogonal to skin (Wang et al. 2017, algorithm 1): the pulse from mean R, G, B of skin, by overlap-add
 * of windows one sample apart. It falls with blood volume, as the light does.
 *
 * @param red uniformly sampled grey levels, > 0; green and blue likewise and of the same length
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
    const end = start + length;
    const meanRed = mean(red, start, end);
    const meanGreen = mean(green, start, end);
    const meanBlue = mean(blue, start, end);
    for (let i = 0; i < length; i++) {
      const r = red[start + i] / meanRed;
      const g = green[start + i] / meanGreen;
      const b = blue[start + i] / meanBlue;
      first[i] = g - b;
      second[i] = g + b - 2 * r;
    }
    const deviation = standardDeviation(second);
    const alpha = deviation === 0 ? 0 : standardDeviation(first) / deviation;
    // The means of both projections over the window are zero by construction.
    for (let i = 0; i < length; i++) pulse[start + i] += first[i] + alpha * second[i];
  }
  return pulse;
}
