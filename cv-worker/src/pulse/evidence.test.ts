import { describe, expect, test } from '@jest/globals';
import { rateEvidence, rateSpectrum, shareOf } from './evidence.ts';
import { rateOf, stateOf, STATES } from './rate-grid.ts';
import { normalNumbers } from './testing/simulated-skin.ts';

const RATE = 12.5;
const shape = { seconds: 10, framesPerSecond: 15 };
type Wave = { perMin: number; height: number };

function window(waves: Wave[], { noise = 0, framesPerSecond = 15, falling = 0 } = {}): Float64Array {
  const normal = normalNumbers(3);
  let drift = 0;
  const signal = Float64Array.from({ length: 125 }, (_, i) => {
    drift = 0.97 * drift + falling * normal();
    return waves.reduce(
      (value, { perMin, height }) => value + height * Math.sin((2 * Math.PI * perMin * i) / 60 / RATE + 0.7),
      drift + noise * normal(),
    );
  });
  return rateEvidence(rateSpectrum(RATE).of(signal), { ...shape, framesPerSecond });
}
const shares = (...given: Parameters<typeof window>) =>
  window(...given).map((evidence) => shareOf(evidence, shape));
const best = (values: Float64Array) => rateOf(values.indexOf(Math.max(...values)));

describe('the share of a window that a rate explains', () => {
  test.each([38, 60, 97, 150, 195])('is nearly all for a pure pulse of %i/min', (perMin) => {
    const result = shares([{ perMin, height: 1 }]);
    expect(result[stateOf(perMin)]).toBeGreaterThan(0.85);
    expect(Math.abs(best(result) - perMin)).toBeLessThanOrEqual(1);
  });

  test('is higher for the fundamental than for its double or half', () => {
    const result = shares([
      { perMin: 62, height: 1 },
      { perMin: 124, height: 0.9 },
    ]);
    expect(best(result)).toBe(62);
    const single = shares([{ perMin: 110, height: 1 }]);
    expect(single[stateOf(55)]).toBeLessThan(0.1 * single[stateOf(110)]);
  });

  test('counts a second harmonic that a low frame rate shows elsewhere', () => {
    const waves = [
      { perMin: 180, height: 1 },
      { perMin: 450 - 360, height: 0.9 },
    ];
    expect(best(shares(waves, { framesPerSecond: 7.5 }))).toBe(180);
  });

  test('is small everywhere in noise, and nothing in silence', () => {
    expect(Math.max(...shares([], { noise: 1 }))).toBeLessThan(0.4);
    expect(Array.from(shares([]))).toEqual(Array.from({ length: STATES }, () => 0));
  });

  test('weighs the more the larger it is', () => {
    const weighed = [0, 3, 9, 30].map((evidence) => shareOf(evidence, shape));
    expect(weighed[0]).toBe(0);
    expect(weighed).toEqual(weighed.toSorted((a, b) => a - b));
    expect(weighed[3]).toBeLessThan(1);
  });

  test('is worth less at a low rate among noise that falls steeply than at a high one', () => {
    const low = window([{ perMin: 44, height: 1 }], { falling: 1 });
    const high = window([{ perMin: 150, height: 1 }], { falling: 1 });
    expect(high[stateOf(150)]).toBeGreaterThan(low[stateOf(44)] + 2);
    expect(Math.abs(best(high) - 150)).toBeLessThanOrEqual(2);
  });

  test('is not lost where few frames let interpolation flatten a fast pulse', () => {
    const result = shares([{ perMin: 190, height: 0.3 }], { noise: 0.3, framesPerSecond: 7.5 });
    expect(Math.abs(best(result) - 190)).toBeLessThanOrEqual(2);
  });
});
