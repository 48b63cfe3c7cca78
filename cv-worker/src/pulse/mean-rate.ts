import { bandPassZeroPhase } from './filter.ts';

/** Half width of the band in which the fundamental is followed, as a share of the rate. */
const HALF_WIDTH = 0.35;
/**
 * Share of the window at each end over which the phase is averaged. The difference of two single samples would be the
 * mean rate itself but takes all their noise; half the window at each end weighs its middle, as a spectrum does.
 */
const END_SHARE = 0.2;

/**
 * Mean rate over a window, 1/min: the phase through which the beats run from its beginning to its end. The peak of a
 * tapered spectrum weighs the middle of the window instead, and is off where the rate changes.
 *
 * @param perMin rate about which the beats are followed
 */
export function meanRate(signal: Float64Array, perMin: number, rateHz: number): number {
  const n = signal.length;
  const hz = perMin / 60;
  const band = bandPassZeroPhase(signal, hz * (1 - HALF_WIDTH), hz * (1 + HALF_WIDTH), rateHz);
  const real = new Float64Array(n);
  const imaginary = new Float64Array(n);
  const step = (2 * Math.PI * hz) / rateHz;
  for (let i = 0; i < n; i++) {
    real[i] = band[i] * Math.cos(step * i);
    imaginary[i] = -band[i] * Math.sin(step * i);
  }
  const taper = hannTaper(Math.round(rateHz / hz));
  const end = Math.max(1, Math.round(END_SHARE * n));
  let turned = 0;
  let before = 0;
  let first = 0;
  let last = 0;
  for (let i = 0; i < n; i++) {
    const angle = Math.atan2(smoothed(imaginary, i, taper), smoothed(real, i, taper));
    const change = i === 0 ? 0 : angle - before;
    turned += change - 2 * Math.PI * Math.round(change / (2 * Math.PI));
    before = angle;
    if (i < end) first += turned;
    if (i >= n - end) last += turned;
  }
  const perSample = (last - first) / end / (n - end);
  return perMin + (perSample * rateHz * 60) / (2 * Math.PI);
}

/** One half of a symmetric taper, from its middle, that spans a beat to each side: what turns at 2f averages out. */
function hannTaper(period: number): Float64Array {
  return Float64Array.from(
    { length: period + 1 },
    (_, i) => 0.5 + 0.5 * Math.cos((Math.PI * i) / (period + 1)),
  );
}

function smoothed(signal: Float64Array, at: number, taper: Float64Array): number {
  let sum = taper[0] * signal[at];
  for (let i = 1; i < taper.length; i++) {
    if (at - i >= 0) sum += taper[i] * signal[at - i];
    if (at + i < signal.length) sum += taper[i] * signal[at + i];
  }
  return sum;
}
