import { describe, expect, test } from '@jest/globals';
import { partialEarlyWarningScore } from './early-warning.ts';

describe('the partial early-warning score', () => {
  // NEWS2, chart 1: each band's two ends.
  test.each([
    [0, 3],
    [40, 3],
    [41, 1],
    [50, 1],
    [51, 0],
    [90, 0],
    [91, 1],
    [110, 1],
    [111, 2],
    [130, 2],
    [131, 3],
    [220, 3],
  ])('of a pulse of %d is %d', (pulse, score) => {
    expect(partialEarlyWarningScore({ pulse, breathing: null })).toEqual({
      total: score,
      pulse: score,
      breathing: null,
      extreme: score === 3,
    });
  });

  test.each([
    [0, 3],
    [8, 3],
    [9, 1],
    [11, 1],
    [12, 0],
    [20, 0],
    [21, 2],
    [24, 2],
    [25, 3],
    [60, 3],
  ])('of %d breaths is %d', (breathing, score) => {
    expect(partialEarlyWarningScore({ pulse: null, breathing })).toMatchObject({
      total: score,
      breathing: score,
    });
  });

  test('adds the two, and rounds to the whole numbers of the chart', () => {
    expect(partialEarlyWarningScore({ pulse: 110.4, breathing: 20.6 })).toEqual({
      total: 3,
      pulse: 1,
      breathing: 2,
      extreme: false,
    });
    expect(partialEarlyWarningScore({ pulse: 130.5, breathing: 24.5 })).toMatchObject({
      total: 6,
      extreme: true,
    });
  });

  test('leaves out what is not measured, and is none when nothing is', () => {
    expect(partialEarlyWarningScore({ pulse: null, breathing: null })).toEqual({
      total: null,
      pulse: null,
      breathing: null,
      extreme: false,
    });
  });
});
