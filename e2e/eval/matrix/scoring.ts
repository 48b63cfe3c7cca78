import type { Vital } from '@haven/protocol';
import { SampledReference, type ReferenceRate } from '../../../cv-worker/src/evaluation/reference.ts';
import type { Score } from '../../../cv-worker/src/evaluation/score.ts';
import { breathingScore, pulseScore } from '../../../cv-worker/src/evaluation/sources/rates.ts';
import { TRUTH_STEP_MS, type Measurement } from './measure.ts';

/** A measured cell, of the matrix or of a curve. */
export type Measured<C> = { cell: C; measurement: Measurement };
export type RateName = 'pulse' | 'breathing';

/** A shown pulse that is this far from the truth is wrong, 1/min. */
const WRONG_BY = 10;
/** Values of one second belong to the next one where less than this is between them, ms. */
const NEXT_SECOND_MS = 1500;

/** What the cells of a group said, beside the truth. */
export function scoreOf<C extends { id: number }>(
  name: string,
  rate: RateName,
  results: readonly Measured<C>[],
): Score {
  const score = rate === 'pulse' ? pulseScore(name, 'video') : breathingScore(name, 'video');
  for (const { cell, measurement } of results) {
    const truth = referenceOf(measurement, rate);
    const startMs = 0;
    for (const second of measurement.seconds) {
      score.add(String(cell.id), second.at, startMs, second[rate], truth);
    }
  }
  return score;
}

/** The true rate over any stretch of the clip. */
export function referenceOf({ truth }: Measurement, rate: RateName): ReferenceRate {
  const times = Float64Array.from(truth[rate], (_, index) => index * TRUTH_STEP_MS);
  return new SampledReference(times, Float64Array.from(truth[rate]));
}

/** A stretch in which what was shown, measured or held, was wrong all the time. */
export type WrongRun = { fromMs: number; seconds: number; worst: number };

/** Stretches in which a pulse was shown that was more than 10 a minute from the truth of its window. */
export function wrongRuns(measurement: Measurement): WrongRun[] {
  const truth = referenceOf(measurement, 'pulse');
  const runs: (WrongRun & { lastMs: number })[] = [];
  for (const { at, pulse } of measurement.seconds) {
    const error = errorOf(pulse, at, truth);
    if (error === null || error <= WRONG_BY) continue;
    const last = runs.at(-1);
    if (last !== undefined && at - last.lastMs < NEXT_SECOND_MS) {
      last.seconds++;
      last.lastMs = at;
      last.worst = Math.max(last.worst, error);
    } else {
      runs.push({ fromMs: at, lastMs: at, seconds: 1, worst: error });
    }
  }
  return runs.map(({ fromMs, seconds, worst }) => ({ fromMs, seconds, worst }));
}

function errorOf(vital: Vital, at: number, truth: ReferenceRate): number | null {
  if (vital.value === null) return null;
  const until = vital.state === 'measured' && vital.measuredAt !== null ? vital.measuredAt : at;
  const reference = truth.meanRate(Math.max(0, until - vital.windowMs), until);
  return reference === null ? null : Math.abs(vital.value - reference);
}
