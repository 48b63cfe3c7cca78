import type { Candidate } from './candidates.ts';

/** A candidate that explains less than this part of what the best one does has no say in the method's name. */
const SAY = 0.5;

/** The candidates' weights when they are added to one signal: the best combination of signals in independent noise. */
export function fusionWeights(candidates: Candidate[], shares: number[]): number[] {
  return candidates.map(({ signal }, i) => {
    const power = signal.reduce((sum, value) => sum + value * value, 0);
    // Amplitude over the power of the noise.
    return power === 0 ? 0 : Math.sqrt(shares[i] / power) / (1 - shares[i]);
  });
}

/** Sum of the candidates; it falls with blood volume. */
export function fuse(candidates: Candidate[], weights: number[]): Float64Array {
  const fused = new Float64Array(candidates[0].signal.length);
  candidates.forEach(({ signal }, k) => {
    for (let i = 0; i < fused.length; i++) fused[i] += weights[k] * signal[i];
  });
  return fused;
}

/** The candidates that show the rate, joined by +. */
export function methodName(candidates: Candidate[], shares: number[]): string {
  const best = Math.max(...shares);
  return candidates
    .filter((_, i) => shares[i] >= SAY * best)
    .map(({ name }) => name)
    .join('+');
}
