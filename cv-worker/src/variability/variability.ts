import type { WithheldReason } from '@haven/protocol';
import { BAND_HIGH_HZ, BAND_LOW_HZ } from '../pulse/band.ts';
import { bandPassZeroPhase } from '../pulse/filter.ts';
import type { PulseTrace } from '../pulse/trace.ts';
import { findBeats, type Beats } from './beats.ts';
import { normalIntervals, rmssd, sdnn, type Intervals } from './intervals.ts';

/** Shorter stretches say little about slow changes of the intervals (Task Force 1996 asks for minutes). */
export const MIN_SECONDS = 60;
/** Share of the time that good intervals have to fill. */
const MIN_SHARE = 0.6;
/** More intervals than this that no sinus beat makes, though the beats are clear: the heart's rhythm, not noise. */
const MAX_IRREGULAR = 0.15;
/** More of a measure's square than this must not be timing errors. */
const MAX_NOISE = 0.67;

/** Nor may a beat's time be this uncertain (standard deviation, ms): that alone makes an RMSSD of a resting heart. */
const MAX_TIMING_ERROR_MS = 10;

export type Measure = { value: number; quality: number } | { refusal: WithheldReason };
export type Variability = { sdnn: Measure; rmssd: Measure };

/**
 * Variability of the intervals between beats in a trace.
 *
 * A beat's time has an error, of which the squares of both measures hold a part: with variance s² a beat, intervals
 * have 2·s² more, and their differences 6·s². That is taken off.
 */
export function variability(trace: PulseTrace): Variability {
  const seconds = trace.pulse.length / trace.rateHz;
  if (seconds < MIN_SECONDS) return refused('too-short');
  // A moving head spares the fused signal, steady skin the plain brightness: the one whose beats fill more time counts.
  const level = bandPassZeroPhase(trace.level, BAND_LOW_HZ, BAND_HIGH_HZ, trace.rateHz);
  const [best] = [trace.pulse, level]
    .map((pulse) => read({ ...trace, pulse }, seconds))
    .toSorted((one, other) => other.filled - one.filled);
  if (best.clear >= MIN_SHARE && best.filled < (1 - MAX_IRREGULAR) * best.clear) return refused('irregular');
  if (best.filled < MIN_SHARE || best.timingVariance > MAX_TIMING_ERROR_MS ** 2)
    return refused('weak-signal');
  return {
    sdnn: measure(sdnn(best.normal), 2 * best.timingVariance, best.filled),
    rmssd: measure(rmssd(best.normal), 6 * best.timingVariance, best.filled),
  };
}

/** Intervals of one signal, and which shares of the time clear ones and normal ones fill. */
type Reading = { normal: Intervals; clear: number; filled: number; timingVariance: number };

function read(trace: PulseTrace, seconds: number): Reading {
  const beats = findBeats(trace);
  const clear = beats === null ? [] : intervalsOf(beats);
  const normal = normalIntervals(clear);
  return {
    normal,
    clear: share(clear, seconds),
    filled: share(normal, seconds),
    timingVariance: beats?.timingVariance ?? 0,
  };
}

function intervalsOf({ timesMs, good }: Beats): Intervals {
  return Array.from(timesMs.subarray(1), (time, i) => (good[i] && good[i + 1] ? time - timesMs[i] : null));
}

/** Share of the time that intervals fill. */
function share(intervals: Intervals, seconds: number): number {
  return intervals.reduce<number>((sum, interval) => sum + (interval ?? 0), 0) / (seconds * 1000);
}

function measure(raw: number, noise: number, filled: number): Measure {
  const part = noise / raw ** 2;
  if (!(part <= MAX_NOISE)) return { refusal: 'weak-signal' };
  return { value: Math.sqrt(raw ** 2 - noise), quality: Math.min(1, filled) * (1 - part) };
}

function refused(refusal: WithheldReason): Variability {
  return { sdnn: { refusal }, rmssd: { refusal } };
}
