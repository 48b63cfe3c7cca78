import { describe, expect, test } from '@jest/globals';
import { rateAt, RATES } from './rate-grid.ts';
import { RateTracker } from './rate-tracker.ts';

/** A likelihood with one hump of this share. */
function hump(perMin: number, share = 0.9): Float64Array {
  const shape = Float64Array.from({ length: RATES }, (_, bin) =>
    Math.exp(-0.5 * (rateAt(bin) - perMin) ** 2),
  );
  const sum = shape.reduce((total, value) => total + value, 0);
  return shape.map((value) => (share * value) / sum + (1 - share) / RATES);
}

describe('the tracker of rates', () => {
  test('grows sure of a rate that is seen again and again, and its interval shrinks', () => {
    const tracker = new RateTracker();
    tracker.observe(hump(15), 1);
    const first = tracker.estimate();
    for (let second = 0; second < 20; second++) {
      tracker.advance();
      tracker.observe(hump(15), 0.12);
    }
    const later = tracker.estimate();
    expect(later.perMin).toBeCloseTo(15, 1);
    expect(later.probability).toBeGreaterThan(first.probability);
    expect(later.high - later.low).toBeLessThan(first.high - first.low);
    expect(later.low).toBeLessThan(15);
    expect(later.high).toBeGreaterThan(15);
  });

  test('grows unsure while nothing is seen', () => {
    const tracker = new RateTracker();
    tracker.observe(hump(15, 0.99), 1);
    const before = tracker.estimate().probability;
    for (let second = 0; second < 120; second++) tracker.advance();
    expect(tracker.estimate().probability).toBeLessThan(before - 0.2);
  });

  test('does not believe one window that shows another rate, and believes many', () => {
    const tracker = new RateTracker();
    for (let second = 0; second < 60; second++) {
      tracker.advance();
      tracker.observe(hump(12), 0.12);
    }
    tracker.observe(hump(25), 0.12);
    expect(tracker.estimate().perMin).toBeCloseTo(12, 0);
    for (let second = 0; second < 40; second++) {
      tracker.advance();
      tracker.observe(hump(25), 0.12);
    }
    expect(tracker.estimate().perMin).toBeCloseTo(25, 0);
  });
});
