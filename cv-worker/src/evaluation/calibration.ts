import { average, type Judgement } from './metrics.ts';

/** Below the first edge are values that are more likely wrong than right: they are all one bin. */
const EDGES = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

export type CalibrationBin = {
  from: number;
  to: number;
  n: number;
  /** Mean quality of the bin's values, and the share of them that was within the tolerance; null when there are none. */
  quality: number | null;
  share: number | null;
};
export type Calibration = {
  bins: CalibrationBin[];
  /** Mean distance of share and quality over the bins, weighted by their values (ECE; Naeini et al. 2015). */
  expectedError: number | null;
  /** Share of references within the 95 % interval of their value, of the values that have one. */
  insideInterval: number | null;
};

/** Whether of values with quality q a share q is within the tolerance. */
export function calibration(judgements: readonly Judgement[], tolerance: number): Calibration {
  const bins = EDGES.slice(1).map((to, i): CalibrationBin => {
    const from = EDGES[i];
    const within = judgements.filter(({ quality }) => quality >= from && (quality < to || to === 1));
    return {
      from,
      to,
      n: within.length,
      quality: average(within.map(({ quality }) => quality)),
      share: average(within.map(({ value, reference }) => Number(Math.abs(value - reference) <= tolerance))),
    };
  });
  const distances = bins.flatMap(({ n, quality, share }) =>
    quality === null || share === null ? [] : [n * Math.abs(quality - share)],
  );
  const total = judgements.length;
  return {
    bins,
    expectedError: total === 0 ? null : distances.reduce((sum, distance) => sum + distance, 0) / total,
    insideInterval: average(
      judgements.flatMap(({ reference, interval }) =>
        interval === null ? [] : [Number(reference >= interval.low && reference <= interval.high)],
      ),
    ),
  };
}
