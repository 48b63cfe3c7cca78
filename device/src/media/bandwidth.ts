/**
 * The rate that the network carries, from what the SFU reports: its estimate of the available rate (REMB,
 * draft-alvestrand-rmcat-remb-03, computed from packet delays) and the share of packets lost, by the loss rules of
 * draft-ietf-rmcat-gcc-02, section 6. Additive-multiplicative, bounded on both sides; times in ms, rates in bit/s.
 */

import { ChanceLoss } from './chance-loss.ts';
import { QueueWatch } from './queue-watch.ts';

/** A picture in which a face can still be found. */
export const MIN_BITRATE = 80_000;
/**
 * Where nothing waits on the path, losses and the estimates that they spoil lower the rate no further than this: half
 * of it may be lost and sent again, and the rest is still a picture.
 */
export const LOSSY_BITRATE = 300_000;

const HIGH_LOSS = 0.1;
const LOW_LOSS = 0.02;
/** Growth a second while nothing is lost. */
const GROWTH = 1.08;
/** Until an encoder has followed a decrease and the reports show it; those in between tell of the old rate. */
const DECREASE_INTERVAL_MS = 2000;
/** Of what came through a path that is too narrow, this much fits without a queue. */
const DELIVERED_SHARE = 0.85;
const MAX_STEP_MS = 2000;
/** An estimate of fewer packets than this leaves says nothing of those that are missing. */
const MAX_CHANCE_LOSS = 0.6;
/** After a decrease like this the losses show whether they came of the rate. */
const NOTICEABLE = 0.9;
/** An estimate this near to what is sent says that the path is full, or that there was nothing more to measure. */
const FULL_PATH = 0.95;

/** What was learnt of the network; it holds for the next publication over it. */
export type KnownPath = { chance: ChanceLoss; queue: QueueWatch };

export class BandwidthController {
  readonly #max: number;
  readonly #path: KnownPath;
  #target: number;
  #remb = Infinity;
  #lastLossAt = -Infinity;
  #decreasedAt = -Infinity;

  /** @param max never more; also where it starts, since a ward's network usually carries it */
  constructor(max: number, path: KnownPath = { chance: new ChanceLoss(), queue: new QueueWatch() }) {
    this.#path = path;
    this.#max = Math.max(MIN_BITRATE, max);
    this.#target = this.#max;
  }

  /** Bit/s of all layers together. */
  get target(): number {
    return Math.round(this.#target);
  }

  /** Share of the packets that is lost whatever the rate, as far as is known, 0–1. */
  get chanceLoss(): number {
    return this.#path.queue.waiting ? this.#path.chance.share : this.#path.chance.recent;
  }

  /**
   * @param estimate the receiver's, bit/s
   * @param sent what was sent lately: an estimate below the target but above this proves nothing, since a receiver
   * cannot measure more than it gets
   */
  onEstimate(estimate: number, sent: number, now: number): void {
    // It is made of what arrived: what was lost by chance would have fitted.
    this.#remb = estimate / (1 - Math.min(MAX_CHANCE_LOSS, this.chanceLoss));
    const arrived = sent * (1 - this.#path.chance.recent);
    if (estimate >= arrived * FULL_PATH || this.#remb >= this.#target) return;
    if (this.#remb < this.#target * NOTICEABLE && now - this.#decreasedAt >= DECREASE_INTERVAL_MS) {
      this.#decreasedAt = now;
      this.#path.chance.decreased(now);
    }
    this.#set(this.#remb);
  }

  /**
   * @param fraction share of the packets lost since the last report, 0–1
   * @param sent what was sent lately: the part that arrived is what the path has shown to carry
   */
  onLoss(fraction: number, sent: number, now: number, roundTripMs?: number): void {
    if (roundTripMs !== undefined) this.#path.queue.add(roundTripMs);
    const elapsed = Math.min(MAX_STEP_MS, now - this.#lastLossAt);
    this.#lastLossAt = now;
    this.#path.chance.add(fraction, sent, now);
    const avoidable = this.#path.chance.avoidable(this.#path.chance.mean ?? fraction);
    const grown = this.#target * GROWTH ** (elapsed / 1000);
    if (!this.#path.queue.waiting && this.#target < LOSSY_BITRATE) {
      this.#set(Math.min(LOSSY_BITRATE, grown));
    } else if (avoidable > HIGH_LOSS) {
      if (now - this.#decreasedAt < DECREASE_INTERVAL_MS) return;
      this.#decreasedAt = now;
      this.#path.chance.decreased(now);
      const delivered = sent * (1 - avoidable) * DELIVERED_SHARE;
      this.#set(Math.max(this.#target * (1 - avoidable / 2), Math.min(this.#target, delivered)));
    } else if (avoidable < LOW_LOSS && this.#remb > this.#target) {
      this.#set(Math.min(this.#remb, grown));
    }
  }

  #set(target: number): void {
    const least = this.#path.queue.waiting
      ? MIN_BITRATE
      : Math.max(MIN_BITRATE, Math.min(this.#target, LOSSY_BITRATE));
    this.#target = Math.min(this.#max, Math.max(least, target));
  }
}
