import { describe, expect, test } from '@jest/globals';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { combinePatches, removeShared } from './patches.ts';

const LENGTH = 128;
const breath = Float64Array.from({ length: LENGTH }, (_, i) => Math.sin((2 * Math.PI * i) / 16));
const shake = Float64Array.from({ length: LENGTH }, (_, i) => Math.sin((2 * Math.PI * i) / 11));

function noisy(signal: Float64Array, amplitude: number, noise: number, seed: number): Float64Array {
  const normal = normalNumbers(seed);
  return signal.map((value) => amplitude * value + noise * normal());
}
/** Root mean square of what is not breathing, relative to the breathing. */
function error(series: Float64Array | null): number {
  if (series === null) return Infinity;
  const dot = series.reduce((sum, value, i) => sum + value * breath[i], 0) / (LENGTH / 2);
  return Math.sqrt(series.reduce((sum, value, i) => sum + (value / dot - breath[i]) ** 2, 0) / LENGTH);
}

describe('patches of the chest', () => {
  test('are together clearer than the best of them', () => {
    const patches = [1, 2, 3, 4].map((seed) => noisy(breath, 0.5, 0.3, seed));
    expect(error(combinePatches(patches))).toBeLessThan(Math.min(...patches.map(error)));
  });

  test('leave out an arm that moves by itself', () => {
    const arm = noisy(shake, 5, 0.1, 4);
    const patches = [...[1, 2, 3].map((seed) => noisy(breath, 0.5, 0.1, seed)), arm];
    expect(error(combinePatches(patches))).toBeLessThan(0.3);
  });

  test('have the camera’s movement taken off, and no more than it moved', () => {
    const chest = noisy(breath, 0.5, 0.05, 1).map((value, i) => value + shake[i]);
    removeShared(chest, shake);
    expect(error(chest)).toBeLessThan(0.2);
    const amplified = breath.slice();
    removeShared(
      amplified,
      breath.map((value) => 0.1 * value),
    );
    expect(amplified[4]).toBeCloseTo(0.9 * breath[4], 6);
  });

  test('show nothing when none was seen, and one by itself when it is alone', () => {
    expect(combinePatches([])).toBeNull();
    expect(combinePatches([breath])).toEqual(breath);
    expect(combinePatches([breath, new Float64Array(LENGTH)])).toEqual(breath);
  });
});
