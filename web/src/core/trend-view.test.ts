import { describe, expect, test } from '@jest/globals';
import type { Trend, TrendPoint } from '@haven/protocol';
import { T0 } from '../testing/fixtures.ts';
import { trendColumns, trendRows, trendWords } from './trend-view.ts';

const MINUTE = 60_000;
const point = (minute: number, mean: number | null, coverage = mean === null ? 0 : 1): TrendPoint => ({
  at: T0 + minute * MINUTE,
  mean,
  low: mean === null ? null : mean - 5,
  high: mean === null ? null : mean + 5,
  coverage,
});
const trend = (points: TrendPoint[]): Trend => ({ name: 'pulse', stepMs: MINUTE, points });

describe('a trend', () => {
  test('has a gap where a minute is empty, and where it is missing', () => {
    const columns = trendColumns(trend([point(0, 70), point(1, null), point(2, 72), point(9, 74)]));
    expect(columns.mean).toEqual([70, null, 72, null, 74]);
    expect(columns.at.map((at) => Math.round((at * 1000 - T0) / MINUTE))).toEqual([0, 1, 2, 3, 9]);
  });

  test('is a table with the extremes, a weighted mean, and the share that was measured', () => {
    const rows = trendRows(
      trend([point(0, 60), point(1, 90, 0.5), point(7, null)]),
      T0,
      T0 + 15 * MINUTE,
      5 * MINUTE,
    );
    expect(rows).toEqual([
      { at: T0, mean: 70, low: 55, high: 95, coverage: 0.3 },
      { at: T0 + 5 * MINUTE, mean: null, low: null, high: null, coverage: 0 },
      { at: T0 + 10 * MINUTE, mean: null, low: null, high: null, coverage: 0 },
    ]);
    expect(trendWords('Pulse', rows)).toBe(
      'Pulse: 55 to 95 a minute, last 70; measured in 10 of 100 seconds',
    );
  });

  test('without any measurement says so', () => {
    expect(trendWords('Pulse', trendRows(trend([]), T0, T0 + MINUTE, MINUTE))).toBe(
      'Pulse: nothing measured in this time',
    );
  });
});
