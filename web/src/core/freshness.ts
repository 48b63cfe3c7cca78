import { WITHHELD_WORDS, type Vital, type WithheldReason } from '@haven/protocol';

/** A value older than this is shown grey with its age, ms. */
export const HELD_AFTER_MS = 5000;
/** A value older than this is not shown any more, ms. */
export const WITHHELD_AFTER_MS = 15_000;

/** A vital as it is to be shown now. */
export type VitalView =
  | { state: 'live'; value: number; quality: number; method: string }
  | { state: 'held'; value: number; quality: number; method: string; ageMs: number }
  | { state: 'withheld'; reason: WithheldReason; words: string };

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
  const shown = { value: vital.value, quality: vital.quality, method: vital.method };
  if (ageMs >= HELD_AFTER_MS || !connected) return { state: 'held', ...shown, ageMs };
  return { state: 'live', ...shown };
}

function withheld(reason: WithheldReason): VitalView {
  return { state: 'withheld', reason, words: WITHHELD_WORDS[reason] };
}

/** Signal quality as bars and a word. The index is the share of such values that are within 5/min of the truth. */
export function viewQuality(quality: number): { bars: 1 | 2 | 3 | 4; words: string; percent: number } {
  const percent = Math.round(quality * 100);
  if (quality >= 0.9) return { bars: 4, words: 'good', percent };
  if (quality >= 0.75) return { bars: 3, words: 'fair', percent };
  if (quality >= 0.5) return { bars: 2, words: 'low', percent };
  return { bars: 1, words: 'poor', percent };
}
