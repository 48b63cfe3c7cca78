/** An interval this much off those around it is no sinus beat's (20 %: Malik et al. 1989). */
const MAX_DEVIATION = 0.2;
/** Intervals on each side that it is compared with. */
const NEIGHBOURS = 3;
const MIN_NEIGHBOURS = 2;

/** Intervals between successive beats, ms; null where one of the two was not seen well. */
export type Intervals = (number | null)[];

/**
 * Normal-to-normal intervals: those that differ by at most 20 % from the median of their neighbours; ectopic beats with
 * the pause after them, missed and doubled beats are left out. The same rule is for a reference's intervals.
 */
export function normalIntervals(intervals: Intervals): Intervals {
  return intervals.map((interval, i) => {
    if (interval === null) return null;
    const around: number[] = [];
    for (let k = Math.max(0, i - NEIGHBOURS); k <= i + NEIGHBOURS && k < intervals.length; k++) {
      const neighbour = intervals[k];
      if (k !== i && neighbour !== null) around.push(neighbour);
    }
    if (around.length < MIN_NEIGHBOURS) return null;
    const centre = median(around);
    return Math.abs(interval - centre) <= MAX_DEVIATION * centre ? interval : null;
  });
}

export function median(values: number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

/** Standard deviation of the intervals, ms (SDNN, Task Force 1996). */
export function sdnn(intervals: Intervals): number {
  const known = intervals.filter((interval) => interval !== null);
  const mean = known.reduce((sum, interval) => sum + interval, 0) / known.length;
  const squares = known.reduce((sum, interval) => sum + (interval - mean) ** 2, 0);
  return Math.sqrt(squares / (known.length - 1));
}

/** Root mean square of the differences of successive intervals, ms (RMSSD, Task Force 1996). */
export function rmssd(intervals: Intervals): number {
  let squares = 0;
  let pairs = 0;
  for (let i = 1; i < intervals.length; i++) {
    const before = intervals[i - 1];
    const interval = intervals[i];
    if (before === null || interval === null) continue;
    squares += (interval - before) ** 2;
    pairs++;
  }
  return Math.sqrt(squares / pairs);
}
