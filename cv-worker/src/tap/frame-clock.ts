import { GAP_MS } from './ffmpeg.ts';

/** The smallest delay of the last one to two of these counts, ms: the rest is queueing. */
const BUCKET_MS = 5000;
/** How fast the mapping follows the sender's clock: 0.1 % stretches a pulse of 180/min by 0.2/min at most. */
const MAX_SLEW = 0.001;
/** A mapping that is wrong by more than this is begun anew, ms. */
const MAX_OFFSET_ERROR_MS = 500;
/** Times of one stream never repeat, ms. */
const MIN_STEP_MS = 1;

export type FrameTime = { timeMs: number; discontinuity: boolean };

/**
 * Maps pictures' presentation times to this machine's clock. Spacing comes from the presentation times alone, since
 * arrival times carry the network's jitter; the offset between the two clocks is the smallest delay seen lately,
 * followed slowly. Within a stream the result rises strictly, across restarts of the decoder too.
 */
export class FrameClock {
  #offset: number | null = null;
  #lastPts = 0;
  #lastTime = -Infinity;
  #bucketStart = 0;
  #bucketMin = Infinity;
  #previousMin = Infinity;
  #interrupted = false;

  /** The decoder begins anew: its presentation times have another origin. */
  restart(): void {
    this.#offset = null;
  }

  /** The next picture does not continue the last one, although its time may. */
  interrupt(): void {
    this.#interrupted = true;
  }

  /**
   * @param ptsMs presentation time by the sender's clock, any origin, ms
   * @param arrivalMs when the picture came, by the clock of the result, ms
   */
  map(ptsMs: number, arrivalMs: number): FrameTime {
    const delay = arrivalMs - ptsMs;
    const elapsed = ptsMs - this.#lastPts;
    let discontinuity = this.#interrupted || elapsed > GAP_MS;
    this.#interrupted = false;
    let offset =
      this.#offset === null || elapsed <= 0 ? null : this.#follow(this.#offset, delay, ptsMs, elapsed);
    if (offset === null) {
      discontinuity = true;
      offset = delay;
      this.#bucketStart = ptsMs;
      this.#bucketMin = delay;
      this.#previousMin = Infinity;
    }
    this.#offset = offset;
    this.#lastPts = ptsMs;
    this.#lastTime = Math.max(ptsMs + offset, this.#lastTime + MIN_STEP_MS);
    return { timeMs: this.#lastTime, discontinuity };
  }

  /** The offset moved towards the smallest recent delay; null when it is too wrong for that. */
  #follow(offset: number, delay: number, ptsMs: number, elapsed: number): number | null {
    if (ptsMs - this.#bucketStart >= BUCKET_MS) {
      this.#bucketStart = ptsMs;
      this.#previousMin = this.#bucketMin;
      this.#bucketMin = Infinity;
    }
    this.#bucketMin = Math.min(this.#bucketMin, delay);
    const error = Math.min(this.#bucketMin, this.#previousMin) - offset;
    if (Math.abs(error) > MAX_OFFSET_ERROR_MS) return null;
    const slew = MAX_SLEW * elapsed;
    return offset + Math.max(-slew, Math.min(slew, error));
  }
}
