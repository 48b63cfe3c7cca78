/** Samples on each side that a value between two is made from: 0.3 s at 25 Hz, beyond which the taper leaves nothing. */
const HALF_WIDTH = 8;
const { PI, cos, sin } = Math;

/**
 * A band-limited signal on a grid `factor` times as fine, by a sinc with a Hann taper. The ends repeat their last sample.
 *
 * @returns (n − 1) × factor + 1 samples; every `factor`-th is one of the signal's own
 */
export function upsample(signal: Float64Array, factor: number): Float64Array {
  const n = signal.length;
  const fine = new Float64Array((n - 1) * factor + 1);
  const padded = new Float64Array(n + 2 * HALF_WIDTH);
  padded.set(signal, HALF_WIDTH);
  padded.fill(signal[0], 0, HALF_WIDTH);
  padded.fill(signal[n - 1], n + HALF_WIDTH);
  for (let phase = 0; phase < factor; phase++) {
    const taps = tapsAt(phase / factor);
    for (let i = 0, at = phase; at < fine.length; i++, at += factor) {
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) sum += taps[tap] * padded[i + 1 + tap];
      fine[at] = sum;
    }
  }
  return fine;
}

/** Weights of the samples from HALF_WIDTH − 1 before to HALF_WIDTH after, for a value `share` of a step past a sample. */
function tapsAt(share: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * HALF_WIDTH }, (_, tap) => {
    const distance = share - (tap - HALF_WIDTH + 1);
    if (distance === 0) return 1;
    return (cos((PI * distance) / (2 * HALF_WIDTH)) ** 2 * sin(PI * distance)) / (PI * distance);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}
