import type { Vital, WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import { detrend, lambdaFor } from '../pulse/detrend.ts';
import { History } from '../pulse/history.ts';
import { UniformResampler } from '../pulse/resampler.ts';
import { bandPower, BandSpectrum, peakFrequency, type Spectrum } from '../pulse/spectrum.ts';

/** Ten samples a breath of the fastest breathing. */
const RATE_HZ = 7.5;
const WINDOW_S = 30;
/** A first window this short must be clearer by {@link EARLY_EXTRA_DB}. */
const MIN_WINDOW_S = 20;
const EARLY_EXTRA_DB = 3;
const BAND_LOW_HZ = 0.08;
const BAND_HIGH_HZ = 0.8;
/** Rates that are published. */
const MIN_PER_MIN = 6;
const MAX_PER_MIN = 40;
const PEAK_HALF_WIDTH_HZ = 0.05;
const SPECTRUM_STEP_HZ = 0.25 / 60;
const DETREND_CUTOFF_HZ = 0.06;
/** Power of breathing against everything else that moves a chest. */
const MIN_SNR_DB = 2;
/** Less than this is the picture's noise, pixels (standard deviation). */
const MIN_MOVEMENT = 0.03;
/** Windows in a row that must agree on a new rate, 1/min. */
const CONTINUITY_PER_MIN = 3;
const MAX_GAP_MS = 1500;
const HALF_RIGHT_DB = 0;
const SLOPE_DB = 2;

/** Breathing rate from the vertical movement of the chest. */
export class BreathingMonitor {
  readonly #resampler = new UniformResampler(RATE_HZ, 1);
  readonly #history = new History(1, WINDOW_S * RATE_HZ);
  readonly #held = new HeldValue('breathing');
  readonly #value = new Float64Array(1);
  readonly #spectrum = new BandSpectrum({
    lowHz: BAND_LOW_HZ,
    highHz: BAND_HIGH_HZ,
    stepHz: SPECTRUM_STEP_HZ,
    rateHz: RATE_HZ,
  });
  #previous: number | null = null;
  #sampledAt: number | null = null;
  #interruption: WithheldReason = 'starting';

  /** @param displacement of the chest, pixels */
  addSample(timeMs: number, displacement: number): void {
    if (this.#sampledAt !== null && timeMs - this.#sampledAt > MAX_GAP_MS) this.#restart();
    this.#sampledAt = timeMs;
    this.#value[0] = displacement;
    this.#resampler.push(timeMs, this.#value, (at, values) => this.#history.push(at, values));
  }

  /** Judges the window that ends now; once a second. */
  evaluate(): void {
    const at = this.#history.lastAt;
    const length = this.#history.length;
    if (at === null || length < MIN_WINDOW_S * RATE_HZ) {
      this.#held.refuse(this.#interruption);
      return;
    }
    const movement = detrend(this.#history.latest(0, length), lambdaFor(DETREND_CUTOFF_HZ, RATE_HZ));
    const spectrum = this.#spectrum.of(movement);
    const peakHz = peakFrequency(spectrum, MIN_PER_MIN / 60, MAX_PER_MIN / 60);
    const snrDb = breathingSnrDb(spectrum, peakHz);
    const extraDb = length < WINDOW_S * RATE_HZ ? EARLY_EXTRA_DB : 0;
    const perMin = peakHz * 60;
    const confirmed = this.#previous !== null && Math.abs(this.#previous - perMin) <= CONTINUITY_PER_MIN;
    const amplitude = Math.sqrt(movement.reduce((sum, value) => sum + value * value, 0) / length);
    this.#previous = perMin;
    if (snrDb < MIN_SNR_DB + extraDb || amplitude < MIN_MOVEMENT || !confirmed) {
      this.#held.refuse('weak-signal');
      return;
    }
    this.#held.accept({
      value: perMin,
      quality: Math.round(100 / (1 + Math.exp(-(snrDb - HALF_RIGHT_DB) / SLOPE_DB))) / 100,
      method: 'chest-movement',
      windowMs: Math.round((length / RATE_HZ) * 1000),
      at,
    });
  }

  /** Withholds at once and forgets all samples. */
  block(reason: WithheldReason): void {
    this.#restart();
    this.#interruption = 'starting';
    this.#held.block(reason);
  }

  /** Forgets the samples, which are disturbed; the last value is held for a while. */
  interrupt(reason: WithheldReason): void {
    this.#restart();
    this.#interruption = reason;
    this.#held.refuse(reason);
  }

  vitalAt(nowMs: number): Vital {
    return this.#held.vitalAt(nowMs);
  }

  #restart(): void {
    this.#resampler.reset();
    this.#history.clear();
    this.#previous = null;
    this.#sampledAt = null;
  }
}

/** Power about the rate and its double against the rest of the band, dB. */
function breathingSnrDb(spectrum: Spectrum, peakHz: number): number {
  const end = peakHz + PEAK_HALF_WIDTH_HZ;
  const harmonic = Math.max(end, 2 * peakHz - PEAK_HALF_WIDTH_HZ);
  const harmonicEnd = Math.min(BAND_HIGH_HZ, 2 * peakHz + PEAK_HALF_WIDTH_HZ);
  const signal =
    bandPower(spectrum, peakHz - PEAK_HALF_WIDTH_HZ, end) +
    (harmonicEnd > harmonic ? bandPower(spectrum, harmonic, harmonicEnd) : 0);
  const rest = bandPower(spectrum, BAND_LOW_HZ, BAND_HIGH_HZ) - signal;
  return 10 * Math.log10(signal / Math.max(rest, signal * 1e-6));
}
