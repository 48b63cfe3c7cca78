import { describe, expect, test } from '@jest/globals';
import { intervalSchema } from '@haven/protocol';
import { pulseInterval, pulseQuality } from './quality.ts';

describe('the quality of a pulse', () => {
  test('rises with the odds and stays between 0 and 1', () => {
    const qualities = Array.from({ length: 400 }, (_, i) => pulseQuality(i / 10 - 10));
    expect(qualities).toEqual(qualities.toSorted((a, b) => a - b));
    expect(qualities[0]).toBeGreaterThan(0);
    expect(qualities.at(-1)).toBeLessThan(1);
  });

  test('claims less than high odds of the tracker’s own, which take windows that overlap for independent', () => {
    for (const logOdds of [2, 3, 4, 5, 6]) {
      expect(pulseQuality(logOdds)).toBeLessThan(1 / (1 + Math.exp(-logOdds)));
    }
  });
});

describe('the interval of a pulse', () => {
  test('is never narrower than two methods differ, and holds the value', () => {
    const { low, high } = pulseInterval({ perMin: 72.34, logOdds: 9, low: 72, high: 72.6 });
    expect(low).toBeCloseTo(69.8, 1);
    expect(high).toBeCloseTo(74.9, 1);
  });

  test('reaches to where the tracker sees another rate', () => {
    const { low, high } = pulseInterval({ perMin: 60, logOdds: 1, low: 57, high: 122 });
    expect(low).toBeLessThan(57);
    expect(high).toBeGreaterThan(122);
  });

  test.each([36, 72, 200])('is one that the protocol can carry at %i/min', (perMin) => {
    const interval = pulseInterval({ perMin, logOdds: 3, low: perMin + 2, high: perMin - 2 });
    expect(intervalSchema.safeParse(interval).success).toBe(true);
  });
});
