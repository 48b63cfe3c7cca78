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
    const points = resample([1000, 1029, 1068, 1101, 1300, 1310, 1390], (time) => 3 * time + 1);
    expect(points.map(({ at }) => at)).toEqual([1000, 1040, 1080, 1120, 1160, 1200, 1240, 1280, 1320, 1360]);
    for (const { at, value } of points) expect(value).toBeCloseTo(3 * at + 1, 6);
  });

  test('leaves out a sample that is not later than the one before', () => {
    expect(resample([0, 0, 40, 30, 80], (time) => time).map(({ value }) => value)).toEqual([0, 40, 80]);
  });

  test('begins a new grid after a reset', () => {
    const ats: number[] = [];
    const resampler = new UniformResampler(25, 1);
    const push = (time: number) => resampler.push(time, Float64Array.of(0), (at) => ats.push(at));
    push(0);
    push(50);
    resampler.reset();
    push(5007);
    push(5050);
    expect(ats).toEqual([0, 40, 5007, 5047]);
  });
});
