import type { Score } from './score.ts';

/** Standard errors of what other subjects of the same kind would give; null where one subject cannot tell. */
export type Uncertainty = { mae: number | null; within: number | null; coverage: number | null };

/**
 * Jackknife over subjects (Efron 1982): √((n−1)/n · Σ(θᵢ − θ̄)²), θᵢ the figure without subject i. Seconds of one
 * subject share their windows and their skin: as many as they are, they are one observation.
 */
export function uncertainty(score: Score): Uncertainty {
  const rest = score.subjects.map((subject) => score.without(subject));
  const error = (figure: keyof Uncertainty) => standardError(rest.map((scored) => scored[figure]));
  return { mae: error('mae'), within: error('within'), coverage: error('coverage') };
}

function standardError(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  const n = values.length;
  if (n < 2 || known.length < n) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((n - 1) / n) * squares);
}
