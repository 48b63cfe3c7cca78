import { FRAME_RATES, type FrameRate, type NormalFrameRate } from './frame-rate.ts';

/** The highest that a codec here has (L1T3). */
const HIGHEST = 2;
/** A rate is judged over so long, ms. */
const MEASURE_MS = 3000;
/** Less than this share of the rate that is aimed at is another layer's rate, not jitter or loss. */
const ENOUGH_SHARE = 0.75;
/** A camera that was slow once is asked again for fewer layers after this, ms: each layer too many is decoded. */
const TRY_FEWER_AFTER_MS = 10 * 60_000;

type Span = { at: number; frames: number };

/**
 * Which temporal layer gives a frame rate. That of 30 pictures a second halves with each layer below, and most sources
 * send as many; of one that gives too little at the expected layer, the next is taken.
 */
export class TemporalLayer {
  readonly #normal: NormalFrameRate;
  readonly #expected: number;
  /** Gives the normal rate, as far as is known. */
  #layer: number;
  #highest = HIGHEST;
  #raisedAt: number | null = null;
  #span: Span | null = null;

  constructor(normal: NormalFrameRate) {
    this.#normal = normal;
    this.#expected = HIGHEST - FRAME_RATES.indexOf(normal);
    this.#layer = this.#expected;
  }

  for(rate: FrameRate): number {
    const layer = Math.min(this.#layer, this.#highest);
    return Math.max(0, layer - Math.log2(this.#normal / rate));
  }

  /** What the stream has of a layer that was asked for. */
  answered(asked: number, has: number): void {
    if (has < asked) this.#highest = has;
  }

  /** Another decoder, layer or rate: what was counted says nothing of it. */
  changed(): void {
    this.#span = null;
  }

  /** To be called about once a second while the normal rate is aimed at. @param frames total so far */
  measure(now: number, frames: number): void {
    if (this.#raisedAt !== null && now - this.#raisedAt >= TRY_FEWER_AFTER_MS) {
      this.#layer = this.#expected;
      this.#raisedAt = null;
      this.#span = null;
    }
    this.#span ??= { at: now, frames };
    const elapsed = now - this.#span.at;
    if (elapsed < MEASURE_MS) return;
    const rate = ((frames - this.#span.frames) * 1000) / elapsed;
    this.#span = null;
    // Nothing at all is a stall, which has other remedies.
    if (rate === 0 || rate >= ENOUGH_SHARE * this.#normal || this.#layer >= this.#highest) return;
    this.#layer += 1;
    this.#raisedAt = now;
  }
}
