import { describe, expect, test } from '@jest/globals';
import { findBeats } from './beats.ts';
import { simulateTrace } from './testing/simulated-trace.ts';
import { upsample } from './upsample.ts';

describe('a finer grid', () => {
  test('gives a band-limited signal between its samples within a thousandth', () => {
    const at = (position: number) => Math.sin(0.9 * position + 0.3);
    const fine = upsample(
      Float64Array.from({ length: 80 }, (_, i) => at(i)),
      4,
    );
    for (let i = 4 * 10; i < 4 * 70; i++) expect(Math.abs(fine[i] - at(i / 4))).toBeLessThan(1e-3);
  });
});

describe('beats', () => {
  test('are found at the same place of each beat, within 5 ms', () => {
    const interval = (time: number) => 0.8 + 0.05 * Math.sin(time);
    const { trace, beats } = simulateTrace({ seconds: 60, interval, noise: 0.01 });
    const found = findBeats(trace);
    const times = found?.timesMs ?? new Float64Array();
    expect(times.length).toBeGreaterThan(beats.length - 4);
    const delays = Array.from(
      times,
      (time) => time - 1000 * (beats.findLast((beat) => 1000 * beat < time) ?? 0),
    );
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    for (const delay of delays) expect(Math.abs(delay - mean)).toBeLessThan(5);
    expect(found?.good.every(Boolean)).toBe(true);
  });

  test('know how far noise moves them, within a factor of two', () => {
    const { trace } = simulateTrace({ seconds: 90, interval: () => 0.85, noise: 0.08 });
    const found = findBeats(trace);
    const times = found?.timesMs ?? new Float64Array();
    const errors = Array.from(times.subarray(1), (time, i) => time - times[i] - 850);
    // An interval has the errors of two beats.
    const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length / 2;
    expect((found?.timingVariance ?? 0) / variance).toBeGreaterThan(0.5);
    expect((found?.timingVariance ?? 0) / variance).toBeLessThan(2);
  });

  test('are not found in a trace that is too short', () => {
    expect(findBeats(simulateTrace({ seconds: 5 }).trace)).toBeNull();
  });
});
