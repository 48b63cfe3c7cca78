import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { mean } from './statistics.ts';

type Coefficients = { b0: number; b1: number; b2: number; a1: number; a2: number };

/** A second-order Butterworth section by the bilinear transform. */
function butterworth(kind: 'low-pass' | 'high-pass', cutoffHz: number, rateHz: number): Coefficients {
  const k = Math.tan((Math.PI * cutoffHz) / rateHz);
  const norm = 1 / (1 + Math.SQRT2 * k + k * k);
  const a1 = 2 * (k * k - 1) * norm;
  const a2 = (1 - Math.SQRT2 * k + k * k) * norm;
  return kind === 'low-pass'
    ? { b0: k * k * norm, b1: 2 * k * k * norm, b2: k * k * norm, a1, a2 }
    : { b0: norm, b1: -2 * norm, b2: norm, a1, a2 };
}

/** Filters in place, from the first sample to the last or the other way. */
function filter(signal: Float64Array, { b0, b1, b2, a1, a2 }: Coefficients, backwards: boolean): void {
  const n = signal.length;
  let z1 = 0;
  let z2 = 0;
  for (let k = 0; k < n; k++) {
    const i = backwards ? n - 1 - k : k;
    const value = signal[i];
    const output = b0 * value + z1;
    z1 = b1 * value - a1 * output + z2;
    z2 = b2 * value - a2 * output;
    signal[i] = output;
  }
}

/** Filters forwards and backwards, so that nothing is delayed. The ends are mirrored to spare them a transient. */
export function bandPassZeroPhase(
  signal: Float64Array,
  lowHz: number,
  highHz: number,
  rateHz: number,
): Float64Array {
  const n = signal.length;
  const margin = Math.max(0, Math.min(n - 1, Math.round(rateHz / lowHz)));
  const padded = new Float64Array(n + 2 * margin);
  const start = signal[0];
  for (let i = 0; i < n; i++) padded[margin + i] = signal[i] - start;
  for (let i = 1; i <= margin; i++) {
    padded[margin - i] = start - signal[i];
    padded[margin + n - 1 + i] = 2 * signal[n - 1] - signal[n - 1 - i] - start;
  }
  const highPass = butterworth('high-pass', lowHz, rateHz);
  const lowPass = butterworth('low-pass', highHz, rateHz);
  for (const backwards of [false, true]) {
    filter(padded, highPass, backwards);
    filter(padded, lowPass, backwards);
  }
  return padded.slice(margin, margin + n);
}

/** Changes within the pulse band relative to the mean level; zeros where there is no level. */
export function relativeBand(levels: Float64Array, rateHz: number): Float64Array {
  const level = mean(levels);
  if (!(level > 0)) return new Float64Array(levels.length);
  return bandPassZeroPhase(
    levels.map((value) => value / level - 1),
    BAND_LOW_HZ,
    BAND_HIGH_HZ,
    rateHz,
  );
}
