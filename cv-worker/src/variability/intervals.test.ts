import { describe, expect, test } from '@jest/globals';
import { normalIntervals, rmssd, sdnn } from './intervals.ts';

describe('normal intervals', () => {
  test('leave out an early beat and the pause after it', () => {
    expect(normalIntervals([800, 810, 790, 500, 1100, 805, 795])).toEqual([
      800,
      810,
      790,
      null,
      null,
      805,
      795,
    ]);
  });

  test('keep what follows a rate that changes over many beats', () => {
    const slowing = [700, 730, 765, 800, 840, 880, 920];
    expect(normalIntervals(slowing)).toEqual(slowing);
  });

  test('leave out what has no neighbours to be compared with', () => {
    expect(normalIntervals([null, null, 800, null, null])).toEqual([null, null, null, null, null]);
  });
});

describe('measures of variability', () => {
  test('are those of the Task Force, by hand', () => {
    expect(sdnn([800, 820, 780])).toBeCloseTo(20, 9);
    expect(rmssd([800, 820, 780])).toBeCloseTo(Math.sqrt((20 ** 2 + 40 ** 2) / 2), 9);
  });

  test('take differences of successive intervals only', () => {
    expect(rmssd([800, null, 900, 910])).toBeCloseTo(10, 9);
  });
});
