import { mean } from '../pulse/statistics.ts';
import type { PulseTrace } from '../pulse/trace.ts';
import { upsample } from './upsample.ts';
import { upslopes } from './upslopes.ts';

const { sqrt } = Math;

/** Beats are compared on a grid this much finer than the trace's: 10 ms at 25 Hz. */
const FINENESS = 4;
/** The part of a beat that is compared with the others, before and after its steepest rise, in beats. */
const BEFORE = 0.4;
const AFTER = 0.55;
/** The systolic rise about its steepest point, s to each side: what follows it changes its shape with every breath. */
const RISE_S = 0.12;
/** Every such sample of it suffices for a shape of up to 4 Hz: 50 Hz. */
const STRIDE = 2;
/** Beats less like the mean beat than this (correlation) are left out, as for pulse oximeters (Orphanidou et al. 2015). */
const MIN_CORRELATION = 0.86;
/** Fewer have no common shape to speak of. */
const MIN_BEATS = 10;

/** Beats in the order they came. */
export type Beats = {
  /** Time of each beat's rise, ms from the trace's start. */
  timesMs: Float64Array;
  /** Whether it has the shape of the others. */
  good: boolean[];
  /** Variance of the error of such a time, ms². */
  timingVariance: number;
};

/**
 * Beats of a trace, judged by their likeness to their mean (template matching, Orphanidou et al. 2015). A beat's time is
 * where the rise of the mean beat fits its own best (least squares, to first order in the shift).
 *
 * What noise does to that time is seen where there is no rise: the same sum over what is left of a beat, after the mean
 * beat is taken off, at its two ends.
 */
export function findBeats(trace: PulseTrace): Beats | null {
  const rateHz = trace.rateHz * FINENESS;
  const fine = upsample(trace.pulse, FINENESS);
  const beatLength = (60 * rateHz) / trace.perMin;
  const before = Math.round((BEFORE * beatLength) / STRIDE);
  const after = Math.round((AFTER * beatLength) / STRIDE);
  const places = Array.from(upslopes(fine, beatLength), Math.round).filter(
    (at) => at - before * STRIDE >= 0 && at + after * STRIDE < fine.length,
  );
  if (places.length < MIN_BEATS) return null;
  const shapes = places.map((at) => shapeAt(fine, at, before, after));
  // Twice: the second mean leaves out what was unlike the first.
  const first = meanShape(shapes, () => true);
  const template = meanShape(shapes, (shape) => dot(shape, first) >= MIN_CORRELATION);
  const good = shapes.map((shape) => dot(shape, template) >= MIN_CORRELATION);
  const reach = Math.min(before, after, Math.round((RISE_S * rateHz) / STRIDE));
  const slope = Float64Array.from(
    { length: 2 * reach + 1 },
    (_, i) => ((template[before - reach + i + 1] ?? 0) - (template[before - reach + i - 1] ?? 0)) / 2,
  );
  const slopePower = dot(slope, slope);
  const toMs = (1000 * STRIDE) / rateHz;
  let squares = 0;
  let count = 0;
  const timesMs = new Float64Array(places.length);
  for (let beat = 0; beat < places.length; beat++) {
    const rest = shapes[beat];
    for (let i = 0; i < rest.length; i++) rest[i] -= template[i];
    // A shape that lies above the mean beat on its rise came earlier.
    const shift = (from: number) => (-dot(rest, slope, from) / slopePower) * toMs;
    timesMs[beat] = (places[beat] * 1000) / rateHz + shift(before - reach);
    if (!good[beat]) continue;
    squares += shift(0) ** 2 + shift(rest.length - slope.length) ** 2;
    count += 2;
  }
  return { timesMs, good, timingVariance: count === 0 ? 0 : squares / count };
}

/** A beat's samples about a place, without their mean and of length 1. */
function shapeAt(fine: Float64Array, at: number, before: number, after: number): Float64Array {
  const shape = new Float64Array(before + after + 1);
  for (let i = 0; i < shape.length; i++) shape[i] = fine[at + (i - before) * STRIDE];
  return normalise(shape);
}

function meanShape(shapes: Float64Array[], isPart: (shape: Float64Array) => boolean): Float64Array {
  const sum = new Float64Array(shapes[0].length);
  for (const shape of shapes) {
    if (!isPart(shape)) continue;
    for (let i = 0; i < sum.length; i++) sum[i] += shape[i];
  }
  return normalise(sum);
}

/** In place. */
function normalise(values: Float64Array): Float64Array {
  const centre = mean(values);
  for (let i = 0; i < values.length; i++) values[i] -= centre;
  const length = sqrt(dot(values, values));
  if (length > 0) for (let i = 0; i < values.length; i++) values[i] /= length;
  return values;
}

/** @param from where `b` begins in `a` */
function dot(a: Float64Array, b: Float64Array, from = 0): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[from + i] * b[i];
  return sum;
}
