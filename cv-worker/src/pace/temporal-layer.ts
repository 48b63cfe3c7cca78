import { FRAME_RATES, type FrameRate, type NormalFrameRate } from './frame-rate.ts';

/** The highest that a codec here has (L1T3). */
const HIGHEST = 2;
/** A rate is judged over so long, ms. */
const MEASURE_MS = 3000;
/** Layers differ by a factor of two; rates within these shares of what is aimed at are the right layer's. */
const ENOUGH_SHARE = 0.75;
const TOO_MANY_SHARE = 1.5;
/** A step is not taken back within this time, ms: a rate at the limit must not swing. */
const KEEP_MS = 5 * 60_000;

/**
 * Which temporal layer gives a frame rate. Most sources send 30 pictures a second in three layers; from what comes of
 * the others, their layer is found step by step.
 */
export class TemporalLayer {
  readonly #normal: NormalFrameRate;
  /** Gives the normal rate, as far as is known; above {@link HIGHEST} where all layers of a slow camera give less. */
  #layer: number;
  #highest = HIGHEST;
  #step: { by: 1 | -1; at: number } | null = null;
  #span: { at: number; frames: number } | null = null;

  constructor(normal: NormalFrameRate) {
    this.#normal = normal;
    this.#layer = HIGHEST - FRAME_RATES.indexOf(normal);
  }

  for(rate: FrameRate): number {
    return Math.min(this.#highest, Math.max(0, this.#layer - Math.log2(this.#normal / rate)));
  }

  /** What the stream has of a layer that was asked for. */
  answered(asked: number, has: number): void {
    if (has >= asked) return;
    this.#highest = has;
    this.#layer -= asked - has;
  }

  /** Another decoder, layer or rate: what was counted says nothing of it. */
  changed(): void {
    this.#span = null;
  }

  /** To be called about once a second. @param frames that came, total; `rate` that is aimed at */
  measure(now: number, frames: number, rate: FrameRate): void {
    this.#span ??= { at: now, frames };
    const elapsed = now - this.#span.at;
    if (elapsed < MEASURE_MS) return;
    const share = ((frames - this.#span.frames) * 1000) / elapsed / rate;
    this.#span = null;
    // Nothing at all is a stall, which has other remedies.
    if (share > 0 && share < ENOUGH_SHARE && this.for(rate) < this.#highest) this.#take(1, now);
    else if (share > TOO_MANY_SHARE && this.for(rate) > 0) this.#take(-1, now);
  }

  #take(by: 1 | -1, now: number): void {
    if (this.#step !== null && this.#step.by === -by && now - this.#step.at < KEEP_MS) return;
    this.#step = { by, at: now };
    this.#layer += by;
  }
}
