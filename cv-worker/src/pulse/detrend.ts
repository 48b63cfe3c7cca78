/**
 * Removes slow changes by smoothness priors (Tarvainen et al. 2002): x − (I + λ²·D₂ᵀD₂)⁻¹·x, with D₂ the second
 * difference. At −3 dB the angular frequency is λ^(−1/2) rad a sample.
 *
 * The pentadiagonal system is solved by a banded LDLᵀ factorisation in linear time.
 */
export function detrend(signal: Float64Array, lambda: number): Float64Array {
  const n = signal.length;
  if (n < 3) return new Float64Array(n);
  const weight = lambda * lambda;
  const pivot = new Float64Array(n);
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  const trend = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const edge = Math.min(i, n - 1 - i);
    // Diagonals of D₂ᵀD₂ are 1, 5, 6, …, 6, 5, 1 with −2, −4, …, −4, −2 and 1 beside them.
    const centre = diagonal(edge, n);
    const beside = i === 0 || i === n - 2 ? -2 : -4;
    pivot[i] =
      1 +
      weight * centre -
      (i > 0 ? first[i - 1] ** 2 * pivot[i - 1] : 0) -
      (i > 1 ? second[i - 2] ** 2 * pivot[i - 2] : 0);
    if (i < n - 1) {
      const carried = i > 0 ? first[i - 1] * second[i - 1] * pivot[i - 1] : 0;
      first[i] = (weight * beside - carried) / pivot[i];
    }
    if (i < n - 2) second[i] = weight / pivot[i];
    trend[i] =
      signal[i] - (i > 0 ? first[i - 1] * trend[i - 1] : 0) - (i > 1 ? second[i - 2] * trend[i - 2] : 0);
  }
  for (let i = n - 1; i >= 0; i--) {
    trend[i] =
      trend[i] / pivot[i] -
      (i < n - 1 ? first[i] * trend[i + 1] : 0) -
      (i < n - 2 ? second[i] * trend[i + 2] : 0);
  }
  return signal.map((value, i) => value - trend[i]);
}

function diagonal(edge: number, n: number): number {
  if (edge === 0) return 1;
  if (n === 3) return 4;
  return edge === 1 ? 5 : 6;
}

/** The λ of {@link detrend} that halves the power at `cutoffHz`. */
export function lambdaFor(cutoffHz: number, rateHz: number): number {
  return (rateHz / (2 * Math.PI * cutoffHz)) ** 2;
}
