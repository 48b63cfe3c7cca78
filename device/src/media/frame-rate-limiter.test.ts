import { describe, expect, test } from '@jest/globals';
import { FrameRateLimiter } from './frame-rate-limiter.ts';

function admitted(limit: number, times: number[]): number[] {
  const limiter = new FrameRateLimiter(limit);
  return times.filter((timeMs) => limiter.admits(timeMs));
}

describe('the frame rate limiter', () => {
  test('leaves a slower source alone, whatever its jitter', () => {
    const times = Array.from({ length: 100 }, (_, index) => index * 66.7 + (index % 3) * 8);
    expect(admitted(15, times)).toEqual(times);
  });

  test('takes every second frame of a source that is twice as fast', () => {
    const times = Array.from({ length: 60 }, (_, index) => (index * 1000) / 30);
    expect(admitted(15, times)).toEqual(times.filter((_, index) => index % 2 === 0));
  });

  test('keeps the mean rate where the rates have no common measure', () => {
    const times = Array.from({ length: 300 }, (_, index) => (index * 1000) / 30);
    expect(admitted(20, times).length / 10).toBeCloseTo(20, 0);
  });
});
