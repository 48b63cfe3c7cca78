/** Power over a uniform grid of frequencies. */
export type Spectrum = { lowHz: number; stepHz: number; power: Float64Array };

/** Tapered cosines and sines by frequency and sample, and the taper's scale. */
type Basis = { cosine: Float64Array; sine: Float64Array; taper: Float64Array; scale: number };

export type Band = { lowHz: number; highHz: number; stepHz: number; rateHz: number };

/** Bases are shared by all streams of a thread; each is some 100 kB and there is one for each band and length. */
const MAX_BASES = 16;
const bases = new Map<string, Basis>();

/**
 * Power spectrum of short windows over a band, Hann-tapered, on a grid finer than the window's own resolution (as zero
 * padding gives). The band is narrow, so that the sum itself costs less than a transform over all frequencies.
 */
export class BandSpectrum {
  readonly #band: Band;
  readonly #bins: number;

  constructor(band: Band) {
    this.#band = band;
    this.#bins = Math.floor((band.highHz - band.lowHz) / band.stepHz + 1e-9) + 1;
  }

  /**
   * @returns power as the share of the tapered signal's energy that one sine of that frequency explains, 0–1: a pure
   *   sine gives 1 at its frequency
   */
  of(signal: Float64Array): Spectrum {
    const n = signal.length;
    const { cosine, sine, taper, scale } = this.#basis(n);
    const power = new Float64Array(this.#bins);
    let energy = 0;
    for (let i = 0; i < n; i++) energy += (signal[i] * taper[i]) ** 2;
    if (energy > 0) {
      for (let bin = 0, at = 0; bin < this.#bins; bin++) {
        let real = 0;
        let imaginary = 0;
        for (let i = 0; i < n; i++, at++) {
          const value = signal[i];
          real += value * cosine[at];
          imaginary += value * sine[at];
        }
        power[bin] = ((real * real + imaginary * imaginary) * scale) / energy;
      }
    }
    return { lowHz: this.#band.lowHz, stepHz: this.#band.stepHz, power };
  }

  #basis(n: number): Basis {
    const { lowHz, highHz, stepHz, rateHz } = this.#band;
    const key = `${String(lowHz)} ${String(highHz)} ${String(stepHz)} ${String(rateHz)} ${String(n)}`;
    const known = bases.get(key);
    if (known !== undefined) return known;
    const taper = Float64Array.from(
      { length: n },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / n),
    );
    const cosine = new Float64Array(n * this.#bins);
    const sine = new Float64Array(n * this.#bins);
    for (let bin = 0, at = 0; bin < this.#bins; bin++) {
      const angle = (2 * Math.PI * (lowHz + bin * stepHz)) / rateHz;
      for (let i = 0; i < n; i++, at++) {
        cosine[at] = taper[i] * Math.cos(angle * i);
        sine[at] = taper[i] * Math.sin(angle * i);
      }
    }
    // For a sine of amplitude A: |X| = A·Σw/2 and energy = A²·Σw²/2; Hann has Σw = n/2 and Σw² = 3n/8.
    const basis = { cosine, sine, taper, scale: 3 / n };
    const oldest = bases.keys().next();
    if (bases.size >= MAX_BASES && !oldest.done) bases.delete(oldest.value);
    bases.set(key, basis);
    return basis;
  }
}

/** Frequency of the highest power within the limits, refined by a parabola through its neighbours, Hz. */
export function peakFrequency(spectrum: Spectrum, fromHz: number, toHz: number): number {
  const { lowHz, stepHz, power } = spectrum;
  const first = Math.max(0, Math.ceil((fromHz - lowHz) / stepHz));
  const last = Math.min(power.length - 1, Math.floor((toHz - lowHz) / stepHz));
  let best = first;
  for (let bin = first; bin <= last; bin++) if (power[bin] > power[best]) best = bin;
  return lowHz + (best + parabolicOffset(power, best)) * stepHz;
}

function parabolicOffset(power: Float64Array, bin: number): number {
  if (bin === 0 || bin === power.length - 1) return 0;
  const curvature = power[bin - 1] - 2 * power[bin] + power[bin + 1];
  return curvature >= 0 ? 0 : (0.5 * (power[bin - 1] - power[bin + 1])) / curvature;
}

/** Power within the limits. */
export function bandPower(spectrum: Spectrum, fromHz: number, toHz: number): number {
  const { lowHz, stepHz, power } = spectrum;
  const first = Math.max(0, Math.ceil((fromHz - lowHz) / stepHz - 1e-9));
  const last = Math.min(power.length - 1, Math.floor((toHz - lowHz) / stepHz + 1e-9));
  let sum = 0;
  for (let bin = first; bin <= last; bin++) sum += power[bin];
  return sum;
}
