import type { Interval, Vital, VitalName, WithheldReason } from '@haven/protocol';

/** A value without a new accepted window is shown as held until this age, then withheld, ms. */
export const HOLD_MS = 15_000;
/** Older than this a value that is judged once a second was not measured in this second, ms. */
const MEASURED_MS = 1500;

export type Accepted = {
  value: number;
  /** Where the true value lies with a probability of 95 %. */
  interval?: Interval;
  quality: number;
  method: string;
  windowMs: number;
  at: number;
};

const UNITS: Record<VitalName, Vital['unit']> = {
  pulse: '/min',
  breathing: '/min',
  motion: '1',
  presence: '1',
  sdnn: 'ms',
  rmssd: 'ms',
};

/** A rate as it may be shown: measured now, held for a while, or withheld with its reason. */
export class HeldValue {
  readonly #name: VitalName;
  readonly #freshMs: number;
  #last: Accepted | null = null;
  #refusal: WithheldReason = 'starting';
  #refusedSince = false;

  /** @param freshMs age up to which an accepted value counts as measured */
  constructor(name: VitalName, freshMs = MEASURED_MS) {
    this.#name = name;
    this.#freshMs = freshMs;
  }

  /** The value that may be shown at this time, or null. */
  valueAt(nowMs: number): number | null {
    return this.#last !== null && nowMs - this.#last.at <= HOLD_MS ? this.#last.value : null;
  }

  accept(accepted: Accepted): void {
    this.#last = accepted;
    this.#refusedSince = false;
  }

  /** A window was refused: the last value is held on. */
  refuse(reason: WithheldReason): void {
    this.#refusal = reason;
    this.#refusedSince = true;
  }

  /** Nothing can be known any more: withheld at once, and no earlier value comes back. */
  block(reason: WithheldReason): void {
    this.#refusal = reason;
    this.#last = null;
  }

  vitalAt(nowMs: number): Vital {
    const last = this.#last;
    if (last === null || nowMs - last.at > HOLD_MS) {
      return {
        name: this.#name,
        unit: UNITS[this.#name],
        state: 'withheld',
        value: null,
        quality: 0,
        method: last?.method ?? 'none',
        windowMs: 0,
        measuredAt: last === null ? null : Math.round(last.at),
        reason: this.#refusal,
      };
    }
    return {
      name: this.#name,
      unit: UNITS[this.#name],
      state: !this.#refusedSince && nowMs - last.at <= this.#freshMs ? 'measured' : 'held',
      value: tenths(last.value),
      ...(last.interval !== undefined && {
        interval: { low: tenths(last.interval.low), high: tenths(last.interval.high) },
      }),
      quality: last.quality,
      method: last.method,
      windowMs: last.windowMs,
      measuredAt: Math.round(last.at),
      reason: null,
    };
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
