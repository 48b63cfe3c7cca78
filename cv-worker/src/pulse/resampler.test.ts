import { describe, expect, test } from '@jest/globals';
import { UniformResampler } from './resampler.ts';

function resample(times: number[], signal: (timeMs: number) => number): { at: number; value: number }[] {
  const points: { at: number; value: number }[] = [];
  const resampler = new UniformResampler(25, 1);
  for (const time of times) {
    resampler.push(time, Float64Array.of(signal(time)), (at, values) =>
      points.push({ at, value: values[0] }),
    );
  }
  return points;
}

describe('resampling to a uniform grid', () => {
  test('keeps a straight line straight whatever the frames’ spacing', () => {
    const points = resample([1000, 1029, 1068, 1101, 1300, 1310, 1390, 1640, 1680], (time) => 3 * time + 1);
    expect(points.map(({ at }) => at)).toEqual(Array.from({ length: 17 }, (_, i) => 1000 + 40 * i));
    for (const { at, value } of points) expect(value).toBeCloseTo(3 * at + 1, 6);
  });

  test('keeps a fast pulse of 15 uneven frames a second within 3 % of its height', () => {
    const beat = (timeMs: number) => Math.sin((2 * Math.PI * 120 * timeMs) / 60_000);
    const times = Array.from({ length: 150 }, (_, i) => (i * 1000) / 15 + 8 * Math.sin(i * i));
    for (const { at, value } of resample(times, beat).slice(2)) {
      expect(Math.abs(value - beat(at))).toBeLessThan(0.03);
    }
  });

  test('draws a straight line over a gap, where a cubic would swing', () => {
    const points = resample([0, 40, 80, 580, 620, 660], (time) => (time <= 80 ? time : 80));
    for (const { value } of points.filter(({ at }) => at > 80)) expect(value).toBeCloseTo(80, 9);
  });

  test('leaves out a sample that is not later than the one before', () => {
    const values = resample([0, 0, 40, 30, 80, 120], (time) => time).map(({ value }) => value);
    expect(values).toEqual([0, 40, 80]);
  });

  test('begins a new grid after a reset', () => {
    const ats: number[] = [];
    const resampler = new UniformResampler(25, 1);
    const push = (time: number) => resampler.push(time, Float64Array.of(0), (at) => ats.push(at));
    [0, 50, 100].forEach(push);
    resampler.reset();
    [5007, 5050, 5100].forEach(push);
    expect(ats).toEqual([0, 40, 5007, 5047]);
  });
});
