import { WAVEFORM_RATE_HZ } from '@haven/protocol';
import type { TracePoint } from './waveform-trace.ts';

/** CSS pixels in a millimetre (CSS Values and Units 4, absolute lengths). */
const PX_PER_MM = 96 / 25.4;
/** The usual sweep speed of a bedside monitor, 25 mm/s, in CSS pixels a second. */
export const SWEEP_PX_PER_S = 25 * PX_PER_MM;
/** Blank bar ahead of the pen, by which the eye finds the present, CSS px. */
export const ERASE_BAR_PX = 18;
/** Standard deviations of the signal between the middle and the edge of the trace. */
const HALF_RANGE = 3;
/** Points further apart than this are not joined, ms. */
const LONGEST_JOIN_MS = (1000 / WAVEFORM_RATE_HZ) * 2.5;

export type SweepSize = { width: number; height: number };
/** A line to draw, as x, y pairs in CSS px. */
export type Polyline = readonly (readonly [x: number, y: number])[];

/** The span of time that the sweep shows, ms. */
export function sweepSpanMs(width: number): number {
  return (Math.max(0, width - ERASE_BAR_PX) / SWEEP_PX_PER_S) * 1000;
}

/** Where a time is drawn: the pen returns to the left edge at each full width. */
export function sweepX(at: number, width: number): number {
  return ((at / 1000) * SWEEP_PX_PER_S) % width;
}

/**
 * The lines of a sweep: from the pen's present place back to the erase bar, broken at the right edge and wherever
 * samples are missing or withheld.
 * @param points oldest first, within {@link sweepSpanMs} of the pen
 */
export function sweepLines(points: readonly TracePoint[], { width, height }: SweepSize): Polyline[] {
  const lines: [number, number][][] = [];
  let line: [number, number][] | undefined;
  let previous: { at: number; x: number } | undefined;
  for (const { at, value } of points) {
    if (value === null) {
      line = undefined;
      previous = undefined;
      continue;
    }
    const x = sweepX(at, width);
    const joins = previous !== undefined && at - previous.at <= LONGEST_JOIN_MS && x >= previous.x;
    if (line === undefined || !joins) {
      line = [];
      lines.push(line);
    }
    line.push([x, sweepY(value, height)]);
    previous = { at, x };
  }
  return lines.filter(({ length }) => length > 1);
}

function sweepY(value: number, height: number): number {
  const clipped = Math.max(-HALF_RANGE, Math.min(HALF_RANGE, value));
  const margin = 2;
  return height / 2 - (clipped / HALF_RANGE) * (height / 2 - margin);
}
