import { WITHHELD_WORDS, type Interval, type Vital, type WithheldReason } from '@haven/protocol';

/** A value older than this is shown grey with its age, ms. */
export const HELD_AFTER_MS = 5000;
/** A value older than this is not shown any more, ms. */
export const WITHHELD_AFTER_MS = 15_000;

type Shown = Pick<Vital, 'quality' | 'method' | 'windowMs'> & {
  value: number;
  /** Where the true value lies in 95 of 100 cases. */
  interval: Interval | null;
};

/** A vital as it is to be shown now. */
export type VitalView =
  | ({ state: 'live' } & Shown)
  | ({ state: 'held'; ageMs: number } & Shown)
  | { state: 'withheld'; reason: WithheldReason | 'unreached'; words: string };

export type VitalFreshness = {
  vital: Vital | undefined;
  /** When the vital arrived here, and now, by this browser's clock, ms. */
  receivedAt: number;
  now: number;
  /** Now by the server's clock, ms. */
  serverNow: number;
  /** A stream of the patient is running. */
  streaming: boolean;
  /** Signalling works: what is on screen is being kept up to date. */
  connected: boolean;
};

/** Decides how a value is shown, so that none ever looks more recent than it is. */
export function viewVital(input: VitalFreshness): VitalView {
  const { vital, streaming, connected } = input;
  if (!streaming) return withheld('no-picture');
  if (vital === undefined) return withheld('starting');
  if (vital.value === null) return withheld(vital.reason ?? 'stale');
  // The larger of both ages: neither a clock that is wrong nor a message that came late makes a value younger.
  const measuredAgo = vital.measuredAt === null ? 0 : input.serverNow - vital.measuredAt;
  const ageMs = Math.max(measuredAgo, input.now - input.receivedAt, 0);
  if (ageMs >= WITHHELD_AFTER_MS) return withheld('stale');
  const { value, quality, method, windowMs, interval = null } = vital;
  const shown: Shown = { value, quality, method, windowMs, interval };
  if (ageMs >= HELD_AFTER_MS || !connected) return { state: 'held', ...shown, ageMs };
  return { state: 'live', ...shown };
}

function withheld(reason: WithheldReason): VitalView {
  return { state: 'withheld', reason, words: WITHHELD_WORDS[reason] };
}

/**
 * How far the true value may be off on either side, in whole units; null where that is not known. One number, since
 * two beside a rate would be read as alert limits.
 */
export function viewInterval(view: VitalView): number | null {
  if (view.state === 'withheld' || view.interval === null) return null;
  const { value, interval } = view;
  return Math.max(1, Math.ceil(Math.max(value - interval.low, interval.high - value)));
}

/** Signal quality as bars and a word. The index is the share of such values that are within 5/min of the truth. */
export function viewQuality(quality: number): { bars: 1 | 2 | 3 | 4; words: string; percent: number } {
  const percent = Math.round(quality * 100);
  if (quality >= 0.9) return { bars: 4, words: 'good', percent };
  if (quality >= 0.75) return { bars: 3, words: 'fair', percent };
  if (quality >= 0.5) return { bars: 2, words: 'low', percent };
  return { bars: 1, words: 'poor', percent };
}
