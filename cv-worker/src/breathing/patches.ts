import { standardDeviation } from '../pulse/statistics.ts';

/** Likeness above this is as good as full: what is left is the same picture noise in all. */
const MAX_LIKENESS = 0.98;

/** Takes from a series, in place, what it shares with another: a camera that shakes moves the chest and the wall. */
export function removeShared(series: Float64Array, reference: Float64Array): void {
  const power = dot(reference, reference);
  if (power === 0) return;
  // A wall cannot move the chest against itself, nor more than itself.
  const gain = Math.max(0, Math.min(1, dot(series, reference) / power));
  for (let i = 0; i < series.length; i++) series[i] -= gain * reference[i];
}

/**
 * One series of several that show the same movement, each with noise of its own: weighted by amplitude over the power of
 * the noise, which both follow from a patch's likeness (correlation) to the sum of the others. What is unlike the others,
 * as an arm that moves, has no weight.
 *
 * @param patches without trend; of the same length
 * @returns in the patches' unit; null when they have nothing in common
 */
export function combinePatches(patches: Float64Array[]): Float64Array | null {
  const moving = patches
    .map((series) => ({ series, deviation: standardDeviation(series) }))
    .filter(({ deviation }) => deviation > 0);
  if (moving.length < 2) return moving.length === 0 ? null : moving[0].series;
  const length = moving[0].series.length;
  const sum = new Float64Array(length);
  for (const { series, deviation } of moving)
    for (let i = 0; i < length; i++) sum[i] += series[i] / deviation;
  const combined = new Float64Array(length);
  let weights = 0;
  for (const { series, deviation } of moving) {
    const own = length;
    const shared = dot(series, sum) / deviation;
    // Of the sum of all without this one: its product with this one, and its length.
    const others = Math.sqrt(Math.max(0, dot(sum, sum) - 2 * shared + own));
    const likeness = others === 0 ? 0 : (shared - own) / (others * Math.sqrt(own));
    if (likeness <= 0) continue;
    const weight =
      Math.sqrt(Math.min(MAX_LIKENESS, likeness)) / (1 - Math.min(MAX_LIKENESS, likeness)) / deviation;
    for (let i = 0; i < length; i++) combined[i] += weight * series[i];
    weights += weight;
  }
  return weights === 0 ? null : combined.map((value) => value / weights);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
