/** Power over a uniform grid of frequencies. */
export type Spectrum = { lowHz: number; stepHz: number; power: Float64Array };

/** A table of cosines and sines by frequency and sample, reused for every window of the same length. */
type Basis = { cosine: Float64Array; sine: Float64Array; taper: Float64Array };

/**
 * Power spectrum of short windows over a band, Hann-tapered, on a grid finer than the window's own resolution (as zero
 * padding gives). The band is narrow, so that the sum itself costs less than a transform over all frequencies.
 */
export class BandSpectrum {
  readonly #lowHz: number;
  readonly #stepHz: number;
  readonly #bins: number;
  readonly #rateHz: number;
  readonly #bases = new Map<number, Basis>();

  constructor(options: { lowHz: number; highHz: number; stepHz: number; rateHz: number }) {
    this.#lowHz = options.lowHz;
    this.#stepHz = options.stepHz;
    this.#rateHz = options.rateHz;
    this.#bins = Math.floor((options.highHz - options.lowHz) / options.stepHz) + 1;
  }

  of(signal: Float64Array): Spectrum {
    const n = signal.length;
    const { cosine, sine, taper } = this.#basis(n);
    const power = new Float64Array(this.#bins);
    for (let bin = 0; bin < this.#bins; bin++) {
      const offset = bin * n;
      let real = 0;
      let imaginary = 0;
      for (let i = 0; i < n; i++) {
        const value = signal[i] * taper[i];
        real += value * cosine[offset + i];
        imaginary += value * sine[offset + i];
      }
      power[bin] = real * real + imaginary * imaginary;
    }
    return { lowHz: this.#lowHz, stepHz: this.#stepHz, power };
  }

  #basis(n: number): Basis {
    const known = this.#bases.get(n);
    if (known !== undefined) return known;
    const basis = {
      cosine: new Float64Array(n * this.#bins),
      sine: new Float64Array(n * this.#bins),
      taper: Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / n)),
    };
    for (let bin = 0; bin < this.#bins; bin++) {
      const angle = (2 * Math.PI * (this.#lowHz + bin * this.#stepHz)) / this.#rateHz;
      for (let i = 0; i < n; i++) {
        basis.cosine[bin * n + i] = Math.cos(angle * i);
        basis.sine[bin * n + i] = Math.sin(angle * i);
      }
    }
    this.#bases.set(n, basis);
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
