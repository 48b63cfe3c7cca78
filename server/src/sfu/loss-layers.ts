/** More than this of the packets lost, and the path is too narrow; less than the other, and there may be room. */
const TOO_MUCH_LOSS = 0.1;
const LITTLE_LOSS = 0.02;
/** A step down needs so long, ms, to show in the reports. */
const SETTLE_MS = 4_000;
/** How long, ms, there must be little loss before a larger picture is tried; doubled each time that this fails. */
const FIRST_TRIAL_AFTER_MS = 15_000;
const LAST_TRIAL_AFTER_MS = 120_000;

/**
 * Chooses a layer by the loss that the receiver reports, with the bounds of Google congestion control's loss-based
 * part (draft-ietf-rmcat-gcc-02, 6), for receivers whose bandwidth nothing estimates.
 */
export class LossLayers {
  readonly #highest: number;
  #layer: number;
  #changedAt: number;
  #calmSince: number;
  #trialAfterMs = FIRST_TRIAL_AFTER_MS;
  #onTrial = false;

  constructor(highest: number, now: number) {
    this.#highest = highest;
    this.#layer = highest;
    this.#changedAt = now;
    this.#calmSince = now;
  }

  get layer(): number {
    return this.#layer;
  }

  /** @param loss of the packets since the last report, 0–1 */
  report(loss: number, now: number): void {
    if (loss >= LITTLE_LOSS) this.#calmSince = now;
    if (loss >= TOO_MUCH_LOSS) {
      if (this.#layer > 0 && now - this.#changedAt >= SETTLE_MS) this.#fall(now);
      return;
    }
    if (this.#layer === this.#highest || now - this.#calmSince < this.#trialAfterMs) return;
    this.#layer += 1;
    this.#onTrial = true;
    this.#changedAt = now;
    this.#calmSince = now;
  }

  #fall(now: number): void {
    if (this.#onTrial) this.#trialAfterMs = Math.min(2 * this.#trialAfterMs, LAST_TRIAL_AFTER_MS);
    this.#onTrial = false;
    this.#layer -= 1;
    this.#changedAt = now;
  }
}
