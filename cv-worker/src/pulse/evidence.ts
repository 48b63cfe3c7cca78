import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { rateOf, STATES } from './rate-grid.ts';
import { BandSpectrum, type Spectrum } from './spectrum.ts';

/** A second harmonic counts up to the size of the fundamental: more is the fundamental of twice the rate. */
const MAX_HARMONIC = 1;
/**
 * One that is seen at a lower frequency may be larger: where a frame is missing, interpolation takes three quarters of a
 * fast pulse's fundamental away, not what its double appears as. Only the loss between even frames is made up for.
 */
const MAX_ALIAS = 4;
/**
 * Power of noise in mean colours falls with frequency, for faces (movement, light, what encoders leave out) and fingers
 * (pressure) alike, but not in each window by the same power of it. Slopes that are tried, equally likely.
 */
const SLOPES = [0.5, 1, 1.5];
/**
 * Half the degrees of freedom of the noise in a second: two for each independent frequency, of which a Hann window
 * leaves 3.5 Hz / 1.5 in the band. A quarter of that, since the noise of faces is not stationary and windows overlap;
 * between half and twice as much results hardly change.
 */
const WEIGHT_PER_SECOND = 0.6;
/** A share of one would weigh infinitely. */
const MAX_SHARE = 0.995;
/** Width of the main lobe of a Hann window that carries the power of a sine, 1 / window length. */
const LOBE_WIDTH = 1.5;

/** Interpolation that leaves less of a sine leaves nothing to measure. */
const MIN_RESPONSE = 0.4;

const STEP_HZ = 1 / 60;
const BINS = Math.round((BAND_HIGH_HZ - BAND_LOW_HZ) / STEP_HZ) + 1;
const FIRST_BIN = Math.round(BAND_LOW_HZ / STEP_HZ);
/** Spectra on the grid of rates, of signals at `rateHz`. */
export function rateSpectrum(rateHz: number): BandSpectrum {
  return new BandSpectrum({ lowHz: BAND_LOW_HZ, highHz: BAND_HIGH_HZ, stepHz: STEP_HZ, rateHz });
}

/** A window of signals: how long it is, and how many frames a second it was made from. */
export type WindowShape = { seconds: number; framesPerSecond: number };

/**
 * Logarithm of how much likelier the window is with a pulse of each rate than with none: its fundamental and second
 * harmonic, each a sine of free height and phase, in noise whose level and slope are unknown. With the level unknown
 * what counts is the share of the power that is explained (Student's t; Bretthorst 1988, eq. 2.8); the slopes are
 * averaged over, so that low rates, where steep noise looks like a pulse, count less in windows that fall steeply.
 *
 * @param spectrum of {@link rateSpectrum}
 * @returns log-likelihood ratios of the {@link STATES}, nats, 0 or more
 */
export function rateEvidence({ power }: Spectrum, shape: WindowShape): Float64Array {
  const evidence = new Float64Array(STATES);
  const weight = WEIGHT_PER_SECOND * shape.seconds;
  const tables = whitenings(shape.framesPerSecond);
  const totals = tables.map((whitening) => weightedSum(power, whitening));
  const least = Math.min(...totals);
  if (least === 0) return evidence;
  // Flat noise has the least power for its mean logarithm: how well each slope alone explains the window.
  const alone = totals.map((total) => (total / least) ** -weight);
  const none = alone.reduce((sum, likelihood) => sum + likelihood, 0);
  for (let slope = 0; slope < tables.length; slope++) {
    const scale = LOBE_WIDTH / shape.seconds / STEP_HZ / totals[slope];
    for (let state = 0; state < STATES; state++) {
      const share = explained(power, tables[slope], rateOf(state), shape.framesPerSecond) * scale;
      evidence[state] += (alone[slope] / none) * (1 - Math.min(MAX_SHARE, share)) ** -weight;
    }
  }
  for (let state = 0; state < STATES; state++) evidence[state] = Math.log(evidence[state]);
  return evidence;
}

/** The share of the power that stands for so much evidence, 0–1. */
export function shareOf(evidence: number, { seconds }: WindowShape): number {
  return 1 - Math.exp(-evidence / (WEIGHT_PER_SECOND * seconds));
}

/** Whitened power of a rate's fundamental and of its double. */
function explained(
  power: Float64Array,
  whitening: Float64Array,
  rate: number,
  framesPerSecond: number,
): number {
  const bin = rate - FIRST_BIN;
  const seenAt = seenAs(2 * rate, framesPerSecond);
  const double = Math.round(seenAt) - FIRST_BIN;
  const fundamental = power[bin] * whitening[bin];
  const limit = seenAt < rate ? MAX_ALIAS : MAX_HARMONIC;
  const harmonic = double >= 0 && double < BINS ? power[double] * whitening[double] : 0;
  return fundamental + Math.min(harmonic, limit * fundamental);
}

function weightedSum(power: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < power.length; bin++) sum += power[bin] * weights[bin];
  return sum;
}

/** By half frames a second. */
const whiteningsByFrameRate = new Map<number, Float64Array[]>();
const MAX_WHITENINGS = 64;

/** For each of {@link SLOPES}: what makes its noise flat, of mean logarithm 0. */
function whitenings(framesPerSecond: number): Float64Array[] {
  const key = Math.max(1, Math.round(2 * framesPerSecond));
  const known = whiteningsByFrameRate.get(key);
  if (known !== undefined) return known;
  const response = Float64Array.from({ length: BINS }, (_, bin) =>
    Math.max(MIN_RESPONSE, cubicResponse(((FIRST_BIN + bin) * STEP_HZ * 2) / key)),
  );
  const tables = SLOPES.map((slope) => {
    const table = response.map((kept, bin) => ((FIRST_BIN + bin) * STEP_HZ) ** slope / kept ** 2);
    const mean = table.reduce((sum, value) => sum + Math.log(value), 0) / BINS;
    return table.map((value) => value / Math.exp(mean));
  });
  if (whiteningsByFrameRate.size >= MAX_WHITENINGS) whiteningsByFrameRate.clear();
  whiteningsByFrameRate.set(key, tables);
  return tables;
}

/**
 * What interpolation between frames leaves of a sine's height, of signal and noise alike: the transform of the cubic
 * kernel of Keys (1981), which {@link UniformResampler} is for even frames.
 *
 * @param frequency as a share of the frame rate
 */
function cubicResponse(frequency: number): number {
  const steps = 200;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const x = (2 * (i + 0.5)) / steps;
    const kernel = x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;
    sum += kernel * Math.cos(2 * Math.PI * frequency * x);
  }
  return (4 * sum) / steps;
}

/** The frequency as which one above half the frame rate is seen: at 7.5 frames a second a fast pulse's double. */
function seenAs(perMin: number, framesPerSecond: number): number {
  return perMin > 30 * framesPerSecond ? 60 * framesPerSecond - perMin : perMin;
}
