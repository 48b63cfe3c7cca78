import { describe, expect, test } from '@jest/globals';
import { RAMP_SECONDS, RampedRate, valueAt } from './timeline.ts';

describe('a setting over time', () => {
  test('holds each value until the next change', () => {
    const timeline = [
      { at: 0, value: 'a' },
      { at: 5, value: 'b' },
    ];
    expect([0, 4.9, 5, 100].map((seconds) => valueAt(timeline, seconds))).toEqual(['a', 'a', 'b', 'b']);
  });
});

describe('a rate over time', () => {
  test('reaches a new value along a straight ramp', () => {
    const rate = new RampedRate([
      { at: 0, value: 60 },
      { at: 30, value: 120 },
    ]);
    expect(rate.at(30)).toBe(60);
    expect(rate.at(30 + RAMP_SECONDS / 2)).toBe(90);
    expect(rate.at(30 + RAMP_SECONDS)).toBe(120);
    expect(rate.at(1000)).toBe(120);
  });

  test('reaches it as fast as it is told, with the same phase afterwards however often it was asked', () => {
    const changes = [
      { at: 0, value: 70 },
      { at: 10, value: 120 },
    ];
    const rate = new RampedRate(changes, 1);
    expect([10, 10.5, 11, 60].map((seconds) => rate.at(seconds))).toEqual([70, 95, 120, 120]);
    expect(rate.cycles(70) - rate.cycles(11)).toBeCloseTo((59 * 120) / 60, 6);
  });

  test('turns from where it is when a change comes before the last one is finished', () => {
    const rate = new RampedRate([
      { at: 0, value: 60 },
      { at: 10, value: 120 },
      { at: 15, value: 60 },
    ]);
    expect(rate.at(15)).toBe(90);
    expect(rate.at(20)).toBe(75);
    expect(rate.at(25)).toBe(60);
  });

  test('counts cycles that agree with the sum of its rates', () => {
    const rate = new RampedRate([
      { at: 0, value: 60 },
      { at: 10, value: 120 },
      { at: 15, value: 45 },
    ]);
    const step = 0.001;
    let cycles = 0;
    for (let seconds = step / 2; seconds < 40; seconds += step) cycles += (rate.at(seconds) / 60) * step;
    expect(rate.cycles(40)).toBeCloseTo(cycles, 3);
  });
});
