import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { bandPassZeroPhase } from './filter.ts';
import { COLOUR_WINDOW_S } from './pos.ts';
import { mean, standardDeviation } from './statistics.ts';

/**
 * CHROM, chrominance with a standardised skin tone (de Haan and Jeanne 2013, section II): X = 3R − 2G,
 * Y = 1.5R + G − 1.5B of normalised channels, S = X − σ(X)/σ(Y)·Y in Hann windows that overlap by half. Signed like
 * {@link pos}: it falls with blood volume.
 */
export function chrom(
  red: Float64Array,
  green: Float64Array,
  blue: Float64Array,
  rateHz: number,
): Float64Array {
  const n = red.length;
  const meanRed = mean(red);
  const meanGreen = mean(green);
  const meanBlue = mean(blue);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const r = red[i] / meanRed;
    const g = green[i] / meanGreen;
    const b = blue[i] / meanBlue;
    x[i] = 3 * r - 2 * g;
    y[i] = 1.5 * r + g - 1.5 * b;
  }
  const xBand = bandPassZeroPhase(x, BAND_LOW_HZ, BAND_HIGH_HZ, rateHz);
  const yBand = bandPassZeroPhase(y, BAND_LOW_HZ, BAND_HIGH_HZ, rateHz);
  const half = Math.round((COLOUR_WINDOW_S * rateHz) / 2);
  const pulse = new Float64Array(n);
  // Windows reach over both ends, so that each sample lies in two of them.
  for (let start = -half; start < n; start += half) {
    const from = Math.max(0, start);
    const to = Math.min(n, start + 2 * half);
    const deviation = standardDeviation(yBand, from, to);
    const alpha = deviation === 0 ? 0 : standardDeviation(xBand, from, to) / deviation;
    for (let i = from; i < to; i++) {
      const hann = 0.5 - 0.5 * Math.cos((Math.PI * (i - start)) / half);
      pulse[i] -= (xBand[i] - alpha * yBand[i]) * hann;
    }
  }
  return pulse;
}
