import { describe, expect, test } from '@jest/globals';
import { FrameThinner } from './frame-thinner.ts';
import type { FrameRate } from './frame-rate.ts';

function admitted(rate: FrameRate, periodMs: number, seconds: number, jitterMs = 0): number[] {
  const thinner = new FrameThinner();
  const times = Array.from(
    { length: Math.round((1000 * seconds) / periodMs) },
    (_, index) => index * periodMs + (index % 2) * jitterMs,
  );
  return times.filter((time) => thinner.admits(time, rate));
}

describe('the thinner', () => {
  test('lets every other picture of 30 a second pass at 15', () => {
    const times = admitted(15, 1000 / 30, 4);
    expect(times).toHaveLength(60);
    expect(new Set(times.slice(1).map((time, index) => Math.round(time - times[index])))).toEqual(
      new Set([67]),
    );
  });

  test('lets all pictures of 15 a second pass at 15, also when they jitter', () => {
    expect(admitted(15, 1000 / 15, 4, 12)).toHaveLength(60);
  });

  test('lets 25 a second pass as 15 on average', () => {
    expect(Math.abs(admitted(15, 40, 4).length - 60)).toBeLessThanOrEqual(1);
  });

  test('makes up for no pause in a burst', () => {
    const thinner = new FrameThinner();
    const times = [0, 67, 1000, 1010, 1020, 1067].filter((time) => thinner.admits(time, 15));
    expect(times).toEqual([0, 67, 1000, 1067]);
  });
});
