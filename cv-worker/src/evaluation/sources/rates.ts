import { Score } from '../score.ts';

/** Windows of the evaluation: a second counts from a full one on. */
export const PULSE_WINDOW_MS = 10_000;
export const BREATHING_WINDOW_MS = 32_000;
/** Errors that quality speaks of, 1/min. */
const PULSE_TOLERANCE = 5;
export const BREATHING_TOLERANCE = 3;

/** @param input what the rate is taken from, such as `fingertip` */
export function pulseScore(source: string, input: string): Score {
  return new Score({
    source,
    method: `${input}, 10 s`,
    windowMs: PULSE_WINDOW_MS,
    tolerance: PULSE_TOLERANCE,
  });
}

export function breathingScore(source: string, input: string): Score {
  return new Score({
    source,
    method: `${input}, 32 s`,
    windowMs: BREATHING_WINDOW_MS,
    tolerance: BREATHING_TOLERANCE,
  });
}
