/**
 * The rate that the network carries, from what the SFU reports: its estimate of the available rate (REMB,
 * draft-alvestrand-rmcat-remb-03, computed from packet delays) and the share of packets lost, by the loss rules of
 * draft-ietf-rmcat-gcc-02, section 6. Additive-multiplicative, bounded on both sides; times in ms, rates in bit/s.
 */

/** A picture in which a face can still be found. */
export const MIN_BITRATE = 80_000;

const HIGH_LOSS = 0.1;
const LOW_LOSS = 0.02;
/** Growth a second while nothing is lost. */
const GROWTH = 1.08;
/** Until an encoder has followed a decrease and the reports show it; those in between tell of the old rate. */
const DECREASE_INTERVAL_MS = 2000;
/** Of what came through a path that is too narrow, this much fits without a queue. */
const DELIVERED_SHARE = 0.85;
const MAX_STEP_MS = 2000;
/** An estimate this near to what is sent says that the path is full, or that there was nothing more to measure. */
const FULL_PATH = 0.95;

export class BandwidthController {
  readonly #max: number;
  #target: number;
  #remb = Infinity;
  #lastLossAt = -Infinity;
  #decreasedAt = -Infinity;

  /** @param max never more; also where it starts, since a ward's network usually carries it */
  constructor(max: number) {
    this.#max = Math.max(MIN_BITRATE, max);
    this.#target = this.#max;
  }

  /** Bit/s of all layers together. */
  get target(): number {
    return Math.round(this.#target);
  }

  /**
   * @param estimate the receiver's, bit/s
   * @param sent what was sent lately: an estimate below the target but above this proves nothing, since a receiver
   * cannot measure more than it gets
   */
  onEstimate(estimate: number, sent: number): void {
    this.#remb = estimate;
    if (estimate < sent * FULL_PATH) this.#set(Math.min(this.#target, estimate));
  }

  /**
   * @param fraction share of the packets lost since the last report, 0–1
   * @param sent what was sent lately: the part that arrived is what the path has shown to carry
   */
  onLoss(fraction: number, sent: number, now: number): void {
    const elapsed = Math.min(MAX_STEP_MS, now - this.#lastLossAt);
    this.#lastLossAt = now;
    if (fraction > HIGH_LOSS) {
      if (now - this.#decreasedAt < DECREASE_INTERVAL_MS) return;
      this.#decreasedAt = now;
      const delivered = sent * (1 - fraction) * DELIVERED_SHARE;
      this.#set(Math.max(this.#target * (1 - fraction / 2), Math.min(this.#target, delivered)));
    } else if (fraction < LOW_LOSS && this.#remb > this.#target) {
      this.#set(Math.min(this.#remb, this.#target * GROWTH ** (elapsed / 1000)));
    }
  }

  #set(target: number): void {
    this.#target = Math.min(this.#max, Math.max(MIN_BITRATE, target));
  }
}
