/** Reports of the rate before still come for so long after a change, ms. */
const SETTLING_MS = 1000;
/** Fewer reports than this say little, since each tells of some forty packets; more would be of long ago. */
const MIN_REPORTS = 2;
const MAX_REPORTS = 6;
/** Weight of the last report in the loss of late. */
const NEWEST = 0.3;
/** A path that loses more than this whatever it is sent is none. */
const MAX_SHARE = 0.6;
/** What a path carried before says nothing any more so long after the last decrease, ms: it may have changed. */
const EVIDENCE_MS = 6000;

/**
 * Tells loss by chance, as of a radio link, from loss by sending too much. A path that is too narrow goes on carrying
 * what it carries when less is sent; one that loses by chance carries less. So after a decrease the loss that what the
 * path carried before does not explain is chance, and sending still less would not avoid it. Rates in bit/s, times in ms.
 */
export class ChanceLoss {
  /** What the path has carried since losses began; unknown before the first decrease has shown. */
  #carried: number | undefined;
  #share = 0;
  /** Losses at the present rate. */
  #reports: number[] = [];
  /** What arrived, bit/s, by the reports just after a decrease. */
  #settling: number[] = [];
  #decreasedAt = -Infinity;
  #recent = 0;

  /** Of all packets, 0–1. */
  get share(): number {
    return this.#share;
  }

  /** @param fraction lost since the last report, 0–1 */
  add(fraction: number, sent: number, now: number): void {
    this.#recent += NEWEST * (fraction - this.#recent);
    const elapsed = now - this.#decreasedAt;
    if (elapsed < SETTLING_MS) {
      this.#settling.push(sent * (1 - fraction));
      return;
    }
    this.#learn();
    this.#reports = [...this.#reports, fraction].slice(-MAX_REPORTS);
    const { mean } = this;
    if (mean === undefined) return;
    if (elapsed > EVIDENCE_MS) this.#carried = undefined;
    if (this.#carried === undefined || this.#carried === 0) {
      this.#share = Math.min(this.#share, mean);
      return;
    }
    const fitting = Math.min(1, this.#carried / Math.max(1, sent));
    this.#share = Math.min(MAX_SHARE, Math.max(0, 1 - (1 - mean) / fitting));
  }

  /** Mean loss at the present rate; undefined before it is known. */
  get mean(): number | undefined {
    return this.#reports.length < MIN_REPORTS ? undefined : meanOf(this.#reports);
  }

  /** Loss of late, at whatever rate. */
  get recent(): number {
    return this.#recent;
  }

  /** The part of a loss that sending less would avoid. */
  avoidable(fraction: number): number {
    return Math.max(0, (fraction - this.#share) / (1 - this.#share));
  }

  /** The rate is lowered now. */
  decreased(now: number): void {
    this.#learn();
    this.#reports = [];
    this.#decreasedAt = now;
  }

  /** Reports that come just after a decrease tell of the rate before it, and of nothing from before the losses. */
  #learn(): void {
    const arrived = this.#settling.splice(0);
    if (arrived.length > 0) this.#carried = Math.max(this.#carried ?? 0, meanOf(arrived));
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
