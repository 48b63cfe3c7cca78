type Coefficients = { b0: number; b1: number; b2: number; a1: number; a2: number };

/** Second-order Butterworth sections by the bilinear transform. */
function butterworth(kind: 'low-pass' | 'high-pass', cutoffHz: number, rateHz: number): Coefficients {
  const k = Math.tan((Math.PI * cutoffHz) / rateHz);
  const norm = 1 / (1 + Math.SQRT2 * k + k * k);
  const a1 = 2 * (k * k - 1) * norm;
  const a2 = (1 - Math.SQRT2 * k + k * k) * norm;
  return kind === 'low-pass'
    ? { b0: k * k * norm, b1: 2 * k * k * norm, b2: k * k * norm, a1, a2 }
    : { b0: norm, b1: -2 * norm, b2: norm, a1, a2 };
}

/** A causal band-pass of two second-order Butterworth sections, sample by sample. */
export class BandPass {
  readonly #sections: { coefficients: Coefficients; z1: number; z2: number }[];

  constructor(lowHz: number, highHz: number, rateHz: number) {
    this.#sections = [butterworth('high-pass', lowHz, rateHz), butterworth('low-pass', highHz, rateHz)].map(
      (coefficients) => ({ coefficients, z1: 0, z2: 0 }),
    );
  }

  next(sample: number): number {
    let value = sample;
    for (const section of this.#sections) {
      const { b0, b1, b2, a1, a2 } = section.coefficients;
      const output = b0 * value + section.z1;
      section.z1 = b1 * value - a1 * output + section.z2;
      section.z2 = b2 * value - a2 * output;
      value = output;
    }
    return value;
  }

  reset(): void {
    for (const section of this.#sections) section.z1 = section.z2 = 0;
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
  const margin = Math.min(n - 1, Math.round(rateHz / lowHz));
  const padded = new Float64Array(n + 2 * margin);
  padded.set(signal, margin);
  for (let i = 1; i <= margin; i++) {
    padded[margin - i] = 2 * signal[0] - signal[i];
    padded[margin + n - 1 + i] = 2 * signal[n - 1] - signal[n - 1 - i];
  }
  const filter = new BandPass(lowHz, highHz, rateHz);
  for (let i = 0; i < padded.length; i++) padded[i] = filter.next(padded[i] - signal[0]);
  filter.reset();
  for (let i = padded.length - 1; i >= 0; i--) padded[i] = filter.next(padded[i]);
  return padded.slice(margin, margin + n);
}
