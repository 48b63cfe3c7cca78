import type { PulseTrace } from '../pulse/trace.ts';
import { upslopes } from '../variability/upslopes.ts';
import { SERIES_RATE_HZ } from './rate-grid.ts';

/** Fewer beats cannot show a breath. */
const MIN_BEATS = 10;
/** A beat further than this from the median, in robust standard deviations, is a movement and not a breath. */
const MAX_DEVIATIONS = 4;
/** Standard deviation of a normal distribution over its median absolute deviation. */
const NORMAL_MAD = 1.4826;

/** How breathing changes the pulse (Karlen et al. 2013), each a series at {@link SERIES_RATE_HZ}. */
export type Modulations = {
  /** Mean level of each beat: blood flows back to the chest when it widens (RIIV). */
  intensity: Float64Array;
  /** Height of each beat: the stroke volume falls while breathing in (RIAV). */
  amplitude: Float64Array;
  /** Time between beats: the heart is faster while breathing in (RIFV). */
  interval: Float64Array;
};

type Marks = { at: number[]; value: number[] };

/** Null when too few beats are in the trace. */
export function modulations(trace: PulseTrace): Modulations | null {
  const { pulse, level, rateHz } = trace;
  const beatLength = (60 * rateHz) / trace.perMin;
  const beats = upslopes(pulse, beatLength);
  if (beats.length < MIN_BEATS) return null;
  const intensity: Marks = { at: [], value: [] };
  const amplitude: Marks = { at: [], value: [] };
  const interval: Marks = { at: [], value: [] };
  for (let beat = 0; beat < beats.length; beat++) {
    const centre = Math.round(beats[beat]);
    const trough = least(level, centre - beatLength / 2, centre);
    const peak = greatest(level, centre, centre + beatLength / 2);
    intensity.at.push(beats[beat]);
    intensity.value.push((trough + peak) / 2);
    amplitude.at.push(beats[beat]);
    amplitude.value.push(peak - trough);
    if (beat === 0) continue;
    interval.at.push((beats[beat] + beats[beat - 1]) / 2);
    interval.value.push(beats[beat] - beats[beat - 1]);
  }
  const length = Math.floor((pulse.length * SERIES_RATE_HZ) / rateHz);
  const step = rateHz / SERIES_RATE_HZ;
  return {
    intensity: between(intensity, length, step),
    amplitude: between(amplitude, length, step),
    interval: between(interval, length, step),
  };
}

function least(values: Float64Array, from: number, to: number): number {
  let result = Infinity;
  for (let i = Math.max(0, Math.round(from)); i <= to; i++) result = Math.min(result, values[i]);
  return result;
}

function greatest(values: Float64Array, from: number, to: number): number {
  let result = -Infinity;
  const end = Math.min(values.length - 1, Math.round(to));
  for (let i = from; i <= end; i++) result = Math.max(result, values[i]);
  return result;
}

/** Straight lines between marks, from the first sample of the trace on, `step` samples apart; outliers are cut off. */
function between({ at, value }: Marks, length: number, step: number): Float64Array {
  const centre = median(value);
  const limit = MAX_DEVIATIONS * NORMAL_MAD * median(value.map((one) => Math.abs(one - centre)));
  const series = new Float64Array(length);
  let mark = 0;
  for (let i = 0; i < length; i++) {
    const position = i * step;
    while (mark < at.length - 2 && at[mark + 1] < position) mark++;
    const share = Math.max(0, Math.min(1, (position - at[mark]) / (at[mark + 1] - at[mark])));
    const left = clamped(value[mark] - centre, limit);
    series[i] = left + share * (clamped(value[mark + 1] - centre, limit) - left);
  }
  return series;
}

function clamped(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
