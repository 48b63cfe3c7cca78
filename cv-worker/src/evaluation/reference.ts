/** What the truth was over a stretch of time, per minute; null where the reference does not say. */
export type ReferenceRate = { meanRate(fromMs: number, toMs: number): number | null };

/**
 * Rate of events whose times are known (heart beats, breaths): each interval counts with the share of it that lies in
 * the window, so that the mean is that of the instantaneous rate over time and does not depend on where beats fall.
 */
export class EventReference implements ReferenceRate {
  readonly #timesMs: Float64Array;

  /** @param timesMs rising */
  constructor(timesMs: Float64Array) {
    this.#timesMs = timesMs;
  }

  /** Null when the window reaches beyond the first or the last event. */
  meanRate(fromMs: number, toMs: number): number | null {
    const times = this.#timesMs;
    if (times.length < 2 || fromMs < times[0] || toMs > times[times.length - 1]) return null;
    let events = 0;
    for (let i = 1; i < times.length; i++) {
      const overlap = Math.min(toMs, times[i]) - Math.max(fromMs, times[i - 1]);
      if (overlap > 0) events += overlap / (times[i] - times[i - 1]);
    }
    return (events / (toMs - fromMs)) * 60_000;
  }

  /** Intervals that lie wholly in the window, ms. */
  intervals(fromMs: number, toMs: number): number[] {
    const within: number[] = [];
    for (let i = 1; i < this.#timesMs.length; i++) {
      const [start, end] = [this.#timesMs[i - 1], this.#timesMs[i]];
      if (start >= fromMs && end <= toMs) within.push(end - start);
    }
    return within;
  }
}

/** What two people counted: the mean of both; null where either says nothing or they differ by too much. */
export class AnnotatorsReference implements ReferenceRate {
  readonly #annotators: readonly [ReferenceRate, ReferenceRate];
  readonly #maxDifference: number;

  /** @param maxDifference 1/min */
  constructor(annotators: readonly [ReferenceRate, ReferenceRate], maxDifference: number) {
    this.#annotators = annotators;
    this.#maxDifference = maxDifference;
  }

  meanRate(fromMs: number, toMs: number): number | null {
    const rates = this.#rates(fromMs, toMs);
    if (rates === null || this.disagrees(fromMs, toMs)) return null;
    return (rates[0] + rates[1]) / 2;
  }

  disagrees(fromMs: number, toMs: number): boolean {
    const rates = this.#rates(fromMs, toMs);
    return rates !== null && Math.abs(rates[0] - rates[1]) > this.#maxDifference;
  }

  #rates(fromMs: number, toMs: number): [number, number] | null {
    const [first, second] = this.#annotators.map((annotator) => annotator.meanRate(fromMs, toMs));
    return first === null || second === null ? null : [first, second];
  }
}

/** A window's rate needs readings for at least this share of it. */
const MIN_PRESENT_SHARE = 0.5;

/** Rate that a monitor read at regular times; NaN where it read nothing. */
export class SampledReference implements ReferenceRate {
  readonly #timesMs: Float64Array;
  readonly #perMin: Float64Array;

  constructor(timesMs: Float64Array, perMin: Float64Array) {
    this.#timesMs = timesMs;
    this.#perMin = perMin;
  }

  meanRate(fromMs: number, toMs: number): number | null {
    const times = this.#timesMs;
    if (times.length === 0 || fromMs < times[0] || toMs > times[times.length - 1]) return null;
    let sum = 0;
    let present = 0;
    let readings = 0;
    for (let i = 0; i < times.length; i++) {
      if (times[i] < fromMs || times[i] > toMs) continue;
      readings++;
      // A rate of 0 is how oximeters say that they have none.
      if (!(this.#perMin[i] > 0)) continue;
      sum += this.#perMin[i];
      present++;
    }
    return present > 0 && present >= readings * MIN_PRESENT_SHARE ? sum / present : null;
  }
}

/** The same rate at all times. */
export class ConstantReference implements ReferenceRate {
  readonly #perMin: number;

  constructor(perMin: number) {
    this.#perMin = perMin;
  }

  meanRate(): number {
    return this.#perMin;
  }
}
