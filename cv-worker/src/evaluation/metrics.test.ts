import { describe, expect, test } from '@jest/globals';
import { calibration } from './calibration.ts';
import { median, metrics, type Judgement } from './metrics.ts';

function judgement(value: number, reference: number, more: Partial<Judgement> = {}): Judgement {
  return { subject: 'one', atMs: 10_000, value, reference, quality: 0.95, interval: null, ...more };
}

describe('metrics', () => {
  test('are those computed by hand', () => {
    // Errors 1, 2, 6 and 11; a tenth of the references is 6, 7, 12 and 10.
    const found = metrics(
      [judgement(61, 60), judgement(68, 70), judgement(126, 120), judgement(111, 100)],
      5,
    );
    expect(found.n).toBe(4);
    expect(found.mae).toBe(5);
    expect(found.median).toBe(4);
    expect(found.rmse).toBeCloseTo(Math.sqrt((1 + 4 + 36 + 121) / 4), 12);
    expect(found.within).toBe(0.5);
    expect(found.withinTenth).toBe(0.75);
    expect(found.withinEither).toBe(0.75);
    // Σxy / √(Σx²Σy²) of (−30.5, −23.5, 34.5, 19.5) and (−27.5, −17.5, 32.5, 12.5).
    expect(found.pearson).toBeCloseTo(2615 / Math.sqrt(3053 * 2275), 12);
  });

  test('allow five a minute at low rates, where a tenth is less', () => {
    const found = metrics([judgement(44.5, 40)], 5);
    expect(found).toMatchObject({ within: 1, withinTenth: 0, withinEither: 1 });
  });

  test('say nothing about nothing', () => {
    expect(metrics([], 5)).toEqual({
      ...{ n: 0, mae: null, rmse: null, median: null },
      ...{ within: null, withinTenth: null, withinEither: null, pearson: null },
    });
  });

  test('give no correlation with a truth that never changes', () => {
    expect(metrics([judgement(59, 60), judgement(61, 60)], 5).pearson).toBeNull();
  });

  test('take the middle of an odd number and the mean of the two middles of an even one', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
  });
});

describe('the calibration', () => {
  const certain = [60, 60, 60, 70].map((value) => judgement(value, 60, { quality: 0.95 }));
  const doubtful = [60, 70].map((value) => judgement(value, 60, { quality: 0.5 }));

  test('compares each bin’s mean quality with the share that was right', () => {
    const { bins, expectedError } = calibration([...certain, ...doubtful], 5);
    expect(bins.map(({ n }) => n)).toEqual([0, 2, 0, 0, 0, 4]);
    expect(bins[1]).toMatchObject({ from: 0.5, to: 0.6, quality: 0.5, share: 0.5 });
    expect(bins[5].share).toBe(0.75);
    expect(expectedError).toBeCloseTo((4 * 0.2 + 2 * 0) / 6, 12);
  });

  test('counts a quality of 1 in the last bin and one below a half in the first', () => {
    const bins = calibration(
      [judgement(60, 60, { quality: 1 }), judgement(60, 60, { quality: 0.2 })],
      5,
    ).bins;
    expect(bins.map(({ n }) => n)).toEqual([1, 0, 0, 0, 0, 1]);
  });

  test('tells how often the truth lay in the interval, of the values that have one', () => {
    const interval = { low: 58, high: 62 };
    const judged = [
      judgement(60, 61, { interval }),
      judgement(60, 62.5, { interval }),
      judgement(60, 58, { interval }),
      judgement(60, 90),
    ];
    expect(calibration(judged, 5).insideInterval).toBeCloseTo(2 / 3, 12);
  });

  test('is empty without values', () => {
    expect(calibration([], 5)).toMatchObject({ expectedError: null, insideInterval: null });
  });
});
