import type { Vital, WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import type { PulseReading } from './estimator.ts';
import { pulseInterval, pulseQuality } from './quality.ts';

/** Below this the peak is a quarter of the noise together, whatever was known before. */
const MIN_SNR_DB = -6;
/** How much a window must show. */
export type Demand = {
  /** Quality at which a new value is shown at once. */
  clearQuality: number;
  /** Quality at which a new value is shown when it came again in the next second. */
  minQuality: number;
  /** Quality at which a value near the one that is shown is shown. */
  knownQuality: number;
  /**
   * Probability that a window must give to the rate by itself: what was known before may help it, not replace it.
   */
  minSupport: number;
  /** With this much a window shows the rate clearly by itself. */
  clearSupport: number;
};
/** Soon after a clear window, when half of the samples are still the same, less than {@link Demand.minSupport} will do. */
const MIN_SUPPORT_SOON = 0.1;
const SOON_MS = 5000;
/** A rate that no window showed clearly for so long has to be found anew. */
const KNOWN_MS = 15_000;
/** Largest change between windows a second apart that is still the same pulse, 1/min: 45/min in 10 s, twice over. */
const CONTINUITY_PER_MIN = 9;
/** A held value is dropped when another rate has these odds (log), seconds in a row. */
const CONTRADICTION_LOG_ODDS = 1;
const CONTRADICTIONS = 2;

/** A reading of a window. */
export type WindowReading = PulseReading & {
  /** The window's end, ms. */
  at: number;
  windowMs: number;
  /** Whether the head kept still in it. */
  still: boolean;
};

/** Decides which readings are shown. */
export class PulseJudge {
  readonly #demand: Demand;
  readonly #held = new HeldValue('pulse');
  #candidate: number | null = null;
  #contradictions = 0;
  #clearAt = -Infinity;

  constructor(demand: Demand) {
    this.#demand = demand;
  }

  valueAt(nowMs: number): number | null {
    return this.#held.valueAt(nowMs);
  }

  vitalAt(nowMs: number): Vital {
    return this.#held.vitalAt(nowMs);
  }

  /** @returns whether it is shown */
  judge(reading: WindowReading): boolean {
    const quality = pulseQuality(reading.logOdds);
    if (!this.#believes(reading)) {
      this.#candidate =
        quality >= this.#demand.minQuality && reading.snrDb >= MIN_SNR_DB ? reading.perMin : null;
      this.#noticeContradiction(reading);
      this.#held.refuse(reading.doubt === 'weak-signal' && !reading.still ? 'moving' : reading.doubt);
      return false;
    }
    this.#contradictions = 0;
    if (reading.support >= this.#demand.clearSupport) this.#clearAt = reading.at;
    this.#held.accept({
      value: reading.perMin,
      interval: pulseInterval(reading),
      quality,
      method: reading.method,
      windowMs: reading.windowMs,
      at: reading.at,
    });
    return true;
  }

  /** Nothing could be read; the last value is held for a while. */
  refuse(reason: WithheldReason): void {
    this.#held.refuse(reason);
  }

  /** What follows may be another pulse: withheld at once. */
  block(reason: WithheldReason): void {
    this.#held.block(reason);
  }

  /** The next reading does not follow the last. */
  restart(): void {
    this.#candidate = null;
    this.#contradictions = 0;
  }

  #believes(reading: WindowReading): boolean {
    const quality = pulseQuality(reading.logOdds);
    if (reading.snrDb < MIN_SNR_DB || !this.#isSupported(reading)) return false;
    const isRecent = reading.at - this.#clearAt <= KNOWN_MS;
    if (isRecent && this.#isKnown(reading)) return quality >= this.#demand.knownQuality;
    const again = this.#candidate !== null && isSamePulse(this.#candidate, reading.perMin);
    return quality >= (again ? this.#demand.minQuality : this.#demand.clearQuality);
  }

  #isSupported({ support, at }: WindowReading): boolean {
    return support >= (at - this.#clearAt <= SOON_MS ? MIN_SUPPORT_SOON : this.#demand.minSupport);
  }

  #isKnown({ perMin, at }: WindowReading): boolean {
    const shown = this.#held.valueAt(at);
    return shown !== null && isSamePulse(shown, perMin);
  }

  /** A value is not held against windows that show another one. */
  #noticeContradiction(reading: WindowReading): void {
    const contradicts = !this.#isKnown(reading) && reading.logOdds >= CONTRADICTION_LOG_ODDS;
    this.#contradictions = contradicts ? this.#contradictions + 1 : 0;
    if (this.#contradictions >= CONTRADICTIONS && this.#held.valueAt(reading.at) !== null) {
      this.#held.block('disagreement');
    }
  }
}

function isSamePulse(a: number, b: number): boolean {
  return Math.abs(a - b) <= CONTINUITY_PER_MIN;
}
