/** A value that holds from `at` (seconds since the start) until the next change. */
export interface Change<T> {
  at: number;
  value: T;
}

/** A setting over time: sorted by `at`, the first change at 0. */
export type Timeline<T> = readonly Change<T>[];

/** A heart does not jump from one rate to another: unless said otherwise a change of rate is spread over this time. */
export const RAMP_SECONDS = 10;

/** The value that holds at `seconds`. */
export function valueAt<T>(timeline: Timeline<T>, seconds: number): T {
  let value = timeline[0].value;
  for (const change of timeline) {
    if (change.at > seconds) break;
    value = change.value;
  }
  return value;
}

interface Corner {
  at: number;
  rate: number;
  /** Cycles completed at this corner. */
  cycles: number;
}

/**
 * A rate that moves to each new value along a straight ramp. Its integral is exact, so that a
 * phase taken at any time is the same whichever frames were asked for before.
 */
export class RampedRate {
  readonly #corners: Corner[];
  readonly #rampSeconds: number;

  /** @param timeline cycles a minute. */
  constructor(timeline: Timeline<number>, rampSeconds = RAMP_SECONDS) {
    this.#rampSeconds = rampSeconds;
    this.#corners = [{ at: 0, rate: timeline[0].value, cycles: 0 }];
    for (const change of timeline.slice(1)) this.#rampTo(change);
  }

  /** The rate at `seconds`, cycles a minute. */
  at(seconds: number): number {
    const corner = this.#cornerBefore(seconds);
    return corner.rate + this.#slopeAfter(corner) * (seconds - corner.at);
  }

  /** Cycles completed since the start. */
  cycles(seconds: number): number {
    const corner = this.#cornerBefore(seconds);
    const elapsed = seconds - corner.at;
    return corner.cycles + (corner.rate * elapsed + (this.#slopeAfter(corner) * elapsed ** 2) / 2) / 60;
  }

  #rampTo(change: Change<number>): void {
    const start = { at: change.at, rate: this.at(change.at), cycles: this.cycles(change.at) };
    while (this.#corners.length > 1 && this.#corners.at(-1)!.at >= change.at) this.#corners.pop();
    this.#corners.push(start, {
      at: change.at + this.#rampSeconds,
      rate: change.value,
      cycles: start.cycles + ((start.rate + change.value) / 2) * (this.#rampSeconds / 60),
    });
  }

  #cornerBefore(seconds: number): Corner {
    return this.#corners.findLast((corner) => corner.at <= seconds) ?? this.#corners[0];
  }

  #slopeAfter(corner: Corner): number {
    const next = this.#corners.at(this.#corners.indexOf(corner) + 1);
    return next === undefined ? 0 : (next.rate - corner.rate) / (next.at - corner.at);
  }
}
