import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { rateOf, STATES } from './rate-grid.ts';
import { BandSpectrum, type Spectrum } from './spectrum.ts';

/** A second harmonic counts up to the size of the fundamental: more is the fundamental of twice the rate. */
const MAX_HARMONIC = 1;
/**
 * One that is seen at a lower frequency may be larger: interpolating between few frames takes a fast pulse's
 * fundamental away (to a half at 0.4 of the frame rate, to a quarter where a frame is missing), not what its double
 * appears as.
 */
const MAX_ALIAS = 4;
/**
 * Power of noise in mean colours falls with frequency, for faces (movement, light) and fingers (pressure) alike: the
 * spectrum is flattened by f to this power before shares are taken. Between 0.5 and 1 results hardly change.
 */
const WHITENING = 0.5;
/**
 * Half the degrees of freedom of the noise in a window: two for each independent frequency, of which a Hann window of
 * 10 s leaves 3.5 Hz · 10 s / 1.5 = 23 in the band. A quarter of that, since the noise of faces is not stationary and
 * windows overlap; between 4 and 10 results hardly change.
 */
const WEIGHT = 6;
/** A share of one would weigh infinitely. */
const MAX_SHARE = 0.995;
/** Width of the main lobe of a Hann window that carries the power of a sine, 1 / window length. */
const LOBE_WIDTH = 1.5;

const STEP_HZ = 1 / 60;
const BINS = Math.round((BAND_HIGH_HZ - BAND_LOW_HZ) / STEP_HZ) + 1;
const FIRST_BIN = Math.round(BAND_LOW_HZ / STEP_HZ);
const whitening = Float64Array.from({ length: BINS }, (_, bin) => ((FIRST_BIN + bin) * STEP_HZ) ** WHITENING);

/** Spectra on the grid of rates, of signals at `rateHz`. */
export function rateSpectrum(rateHz: number): BandSpectrum {
  return new BandSpectrum({ lowHz: BAND_LOW_HZ, highHz: BAND_HIGH_HZ, stepHz: STEP_HZ, rateHz });
}

/** A window of signals: how long it is, and how many frames a second it was made from. */
export type WindowShape = { seconds: number; framesPerSecond: number };

/**
 * Share of a window's power, 0–1, that a pulse of each rate explains: its fundamental and second harmonic, each a sine
 * of free height and phase, in noise that falls with frequency.
 *
 * @param spectrum of {@link rateSpectrum}
 * @returns {@link STATES} shares
 */
export function explainedShares(spectrum: Spectrum, shape: WindowShape): Float64Array {
  const { power } = spectrum;
  const shares = new Float64Array(STATES);
  let total = 0;
  for (let bin = 0; bin < BINS; bin++) total += power[bin] * whitening[bin];
  if (total === 0) return shares;
  const scale = LOBE_WIDTH / shape.seconds / STEP_HZ / total;
  for (let state = 0; state < STATES; state++) {
    const rate = rateOf(state);
    const bin = rate - FIRST_BIN;
    const seenAt = seenAs(2 * rate, shape.framesPerSecond);
    const double = Math.round(seenAt) - FIRST_BIN;
    const fundamental = power[bin] * whitening[bin] * scale;
    const limit = seenAt < rate ? MAX_ALIAS : MAX_HARMONIC;
    const harmonic = double >= 0 && double < BINS ? power[double] * whitening[double] * scale : 0;
    shares[state] = Math.min(MAX_SHARE, fundamental + Math.min(harmonic, limit * fundamental));
  }
  return shares;
}

/** The frequency as which one above half the frame rate is seen: at 7.5 frames a second a fast pulse's double. */
function seenAs(perMin: number, framesPerSecond: number): number {
  return perMin > 30 * framesPerSecond ? 60 * framesPerSecond - perMin : perMin;
}

/**
 * Logarithm of the likelihood of a rate that explains a share of the power, up to a constant: Student's t, where
 * amplitudes, phases and the level of noise are unknown (Bretthorst 1988, eq. 2.8).
 */
export function logLikelihood(share: number): number {
  return -WEIGHT * Math.log(1 - share);
}
