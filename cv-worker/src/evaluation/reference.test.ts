import { describe, expect, test } from '@jest/globals';
import { EventReference, SampledReference } from './reference.ts';

describe('a reference of events', () => {
  const beats = new EventReference(Float64Array.of(0, 1000, 2000, 2500, 3000));

  test('counts an interval by the share of it that lies in the window', () => {
    // Half of one interval, one whole, half of a short one: two beats in 1.75 s.
    expect(beats.meanRate(500, 2250)).toBeCloseTo((2 / 1.75) * 60, 9);
  });

  test('says nothing beyond its first and its last event', () => {
    expect(beats.meanRate(-1, 2000)).toBeNull();
    expect(beats.meanRate(1000, 3001)).toBeNull();
    expect(new EventReference(Float64Array.of(5)).meanRate(5, 5)).toBeNull();
  });

  test('gives the intervals that lie wholly in a window', () => {
    expect(beats.intervals(900, 2600)).toEqual([1000, 500]);
  });
});

describe('a reference of readings', () => {
  const times = Float64Array.of(0, 1000, 2000, 3000);

  test('averages what was read, without missing readings and zeros', () => {
    const rate = new SampledReference(times, Float64Array.of(60, NaN, 64, 0));
    expect(rate.meanRate(0, 2000)).toBe(62);
    expect(rate.meanRate(0, 3000)).toBe(62);
  });

  test('says nothing where most readings are missing or the window leaves the recording', () => {
    const rate = new SampledReference(times, Float64Array.of(60, NaN, NaN, 64));
    expect(rate.meanRate(0, 2000)).toBeNull();
    expect(rate.meanRate(0, 4000)).toBeNull();
  });
});
