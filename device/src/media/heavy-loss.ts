/**
 * mediasoup takes every layer of a simulcast for dead that loses a third of its packets or more, repaired or not, and
 * passes nothing on; a single layer is passed on whatever it loses (RtpStreamRecv::UpdateScore).
 */
const TOO_MUCH = 0.33;
const TOO_MUCH_FOR_MS = 3000;
/** So little, for so long, that the layers can be sent again. */
const LITTLE = 0.15;
const LITTLE_FOR_MS = 30_000;
/** Weight of the newest report. */
const NEWEST = 0.2;

/** Tells by the reported losses whether to send one layer only. Times in ms. */
export class HeavyLoss {
  readonly #alone: boolean;
  #mean = 0;
  #since: number | undefined;

  /** @param alone one layer is sent now */
  constructor(alone: boolean) {
    this.#alone = alone;
  }

  /**
   * @param fraction lost since the last report, 0–1
   * @returns whether one layer and several should be exchanged for each other now
   */
  add(fraction: number, now: number): boolean {
    this.#mean += NEWEST * (fraction - this.#mean);
    const passed = this.#alone ? this.#mean < LITTLE : this.#mean > TOO_MUCH;
    if (!passed) {
      this.#since = undefined;
      return false;
    }
    this.#since ??= now;
    return now - this.#since >= (this.#alone ? LITTLE_FOR_MS : TOO_MUCH_FOR_MS);
  }
}
