import { Debounce } from '../analyzer/debounce.ts';
import { rounded, type PresenceEvent } from './event.ts';

/** Somebody who leans back is too far for a moment only, ms. */
const SETTLE_MS = 10_000;
/** The size of a face is measured, not guessed. */
const CONFIDENCE = 0.9;

/** Tells once when the patient's face has been too small to be measured for a while, and again after it was not. */
export class DistanceWatch {
  readonly #fact = new Debounce(SETTLE_MS, SETTLE_MS);
  #since: number | null = null;

  /** @param faceHeight share of the picture; null when no face is seen, which says nothing about its size */
  add(atMs: number, isTooFar: boolean, faceHeight: number | null): PresenceEvent[] {
    if (faceHeight === null) return [];
    if (!isTooFar) this.#since = null;
    else this.#since ??= atMs;
    if (!this.#fact.update(isTooFar, atMs) || this.#since === null) return [];
    const evidence = { faceHeightShare: rounded(faceHeight) };
    return [{ event: 'too-far', confidence: CONFIDENCE, at: atMs, startedAt: this.#since, evidence }];
  }
}
