import type { Plane } from '../frame.ts';

const { ceil, floor, max, min } = Math;

/** Pixels of a plane as runs within a row, three numbers each: row, first column, column behind the last. */
export type Runs = Int32Array;

/**
 * Pixels whose centre is inside of the polygon (even-odd rule).
 *
 * @param polygon x, y pairs in pixels of the plane
 */
export function polygonRuns(polygon: Float32Array, { width, height }: Plane): Runs {
  const corners = polygon.length / 2;
  const runs: number[] = [];
  const crossings: number[] = [];
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < corners; i++) {
    top = min(top, polygon[2 * i + 1]);
    bottom = max(bottom, polygon[2 * i + 1]);
  }
  const lastRow = min(height - 1, floor(bottom));
  for (let row = max(0, ceil(top)); row <= lastRow; row++) {
    crossings.length = 0;
    for (let i = 0; i < corners; i++) {
      const next = (i + 1) % corners;
      const y0 = polygon[2 * i + 1];
      const y1 = polygon[2 * next + 1];
      if (y0 <= row === y1 <= row) continue;
      const x0 = polygon[2 * i];
      crossings.push(x0 + ((row - y0) / (y1 - y0)) * (polygon[2 * next] - x0));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = max(0, ceil(crossings[i]));
      const to = min(width, floor(crossings[i + 1]) + 1);
      if (to > from) runs.push(row, from, to);
    }
  }
  return Int32Array.from(runs);
}

/** The pixels of the runs of which `keeps` is true. */
export function filterRuns(runs: Runs, keeps: (row: number, column: number) => boolean): Runs {
  const kept: number[] = [];
  for (let i = 0; i < runs.length; i += 3) {
    const row = runs[i];
    let from = -1;
    for (let column = runs[i + 1]; column <= runs[i + 2]; column++) {
      const inside = column < runs[i + 2] && keeps(row, column);
      if (inside && from < 0) from = column;
      if (inside || from < 0) continue;
      kept.push(row, from, column);
      from = -1;
    }
  }
  return Int32Array.from(kept);
}

export function countPixels(runs: Runs): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 3) count += runs[i + 2] - runs[i + 1];
  return count;
}

/**
 * Mean level of the runs moved by dx, dy pixels, bilinear; null when none of them is in the picture. Between two
 * columns a run's sum differs from that of its whole pixels by its two ends only.
 */
export function meanOfRuns(
  pixels: Uint8Array,
  { start, width, height }: Plane,
  runs: Runs,
  dx: number,
  dy: number,
): number | null {
  const columns = floor(dx);
  const rows = floor(dy);
  const fx = dx - columns;
  const fy = dy - rows;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < runs.length; i += 3) {
    const row = runs[i] + rows;
    const from = max(0, runs[i + 1] + columns);
    const to = min(width - 1, runs[i + 2] + columns);
    if (row < 0 || row >= height - 1 || from >= to) continue;
    const upper = start + row * width;
    const lower = upper + width;
    let above = 0;
    for (let at = upper + from; at < upper + to; at++) above += pixels[at];
    above += fx * (pixels[upper + to] - pixels[upper + from]);
    count += to - from;
    if (fy === 0) {
      sum += above;
      continue;
    }
    let below = 0;
    for (let at = lower + from; at < lower + to; at++) below += pixels[at];
    below += fx * (pixels[lower + to] - pixels[lower + from]);
    sum += above + fy * (below - above);
  }
  return count === 0 ? null : sum / count;
}
