/** Trends as a chart and a table read them. A time without a measurement is a gap in both. */
import type { Trend, TrendPoint } from '@haven/protocol';

/** Columns of a chart: times in s since the epoch, then a value or null (a gap) for each. */
export type TrendColumns = {
  at: number[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
};

/** @param trend points may be missing as well as empty: both are gaps */
export function trendColumns({ points, stepMs }: Trend): TrendColumns {
  const columns: TrendColumns = { at: [], mean: [], low: [], high: [] };
  const add = (at: number, point: Pick<TrendPoint, 'mean' | 'low' | 'high'>) => {
    columns.at.push(at / 1000);
    columns.mean.push(point.mean);
    columns.low.push(point.low);
    columns.high.push(point.high);
  };
  let due: number | null = null;
  for (const point of points) {
    if (due !== null && point.at > due) add(due, { mean: null, low: null, high: null });
    add(point.at, point);
    due = point.at + stepMs;
  }
  return columns;
}

/** A line of the table: mean, lowest and highest of a time; null where nothing was measured in it. */
export type TrendRow = {
  at: number;
  mean: number | null;
  low: number | null;
  high: number | null;
  /** Share of the time in which a value was measured, 0–1. */
  coverage: number;
};

/**
 * The trend in longer pieces, so that a table of it can be read.
 * @param pieceMs a multiple of the trend's step
 */
export function trendRows(trend: Trend, since: number, until: number, pieceMs: number): TrendRow[] {
  const rows: TrendRow[] = [];
  const steps = pieceMs / trend.stepMs;
  for (let at = Math.floor(since / pieceMs) * pieceMs; at < until; at += pieceMs) {
    const points = trend.points.filter((point) => point.at >= at && point.at < at + pieceMs);
    rows.push({ at, ...together(points), coverage: sum(points.map(({ coverage }) => coverage)) / steps });
  }
  return rows;
}

function together(points: readonly TrendPoint[]): Pick<TrendRow, 'mean' | 'low' | 'high'> {
  const measured = points.flatMap(({ mean, low, high, coverage }) =>
    mean === null ? [] : [{ mean, low: low ?? mean, high: high ?? mean, coverage }],
  );
  if (measured.length === 0) return { mean: null, low: null, high: null };
  // A point without a coverage still has a value.
  const weights = measured.map(({ coverage }) => Math.max(coverage, 0.01));
  const weighted = measured.map(({ mean }, index) => mean * (weights[index] ?? 0));
  return {
    mean: sum(weighted) / sum(weights),
    low: Math.min(...measured.map(({ low }) => low)),
    high: Math.max(...measured.map(({ high }) => high)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `Pulse: 61 to 98 a minute, last 72; measured in 83 of 100 seconds` */
export function trendWords(name: string, rows: readonly TrendRow[], unit = ' a minute'): string {
  const measured = rows.flatMap(({ mean, low, high }) =>
    mean === null || low === null || high === null ? [] : [{ mean, low, high }],
  );
  const last = measured.at(-1);
  if (last === undefined) return `${name}: nothing measured in this time`;
  const low = Math.round(Math.min(...measured.map((row) => row.low)));
  const high = Math.round(Math.max(...measured.map((row) => row.high)));
  const percent = Math.round((100 * sum(rows.map(({ coverage }) => coverage))) / rows.length);
  const share = percent === 0 ? 'less than 1' : `${percent}`;
  return `${name}: ${low} to ${high}${unit}, last ${Math.round(last.mean)}; measured in ${share} of 100 seconds`;
}
