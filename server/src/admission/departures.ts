/** Departures count for this long, ms. */
const WINDOW_MS = 5 * 60_000;
/** As many are remembered: enough to know the rate, however quickly places change hands. */
const MOST_REMEMBERED = 64;
/** Nobody is told to come back sooner, ms: that would be polling. */
const SHORTEST_WAIT_MS = 5_000;
/** Nobody is told to wait longer, ms: who waits at a bedside tries again. */
const LONGEST_WAIT_MS = 120_000;

/** Estimates from how often a place was given back lately how long the next one takes. */
export class Departures {
  readonly #clock: () => number;
  readonly #times: number[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  left(): void {
    this.#times.push(this.#clock());
    if (this.#times.length > MOST_REMEMBERED) this.#times.shift();
  }

  /** ms until somebody else may be expected to leave; the longest wait when nobody did. */
  get waitMs(): number {
    const now = this.#clock();
    while (this.#times[0] !== undefined && now - this.#times[0] > WINDOW_MS) this.#times.shift();
    const [first] = this.#times;
    if (first === undefined) return LONGEST_WAIT_MS;
    const interval = (now - first) / this.#times.length;
    return Math.round(Math.min(Math.max(interval, SHORTEST_WAIT_MS), LONGEST_WAIT_MS));
  }
}

/** For a refusal: `about 40 s`, `about 2 min`. */
export function wordsFor(waitMs: number): string {
  const seconds = Math.ceil(waitMs / 1000);
  return seconds < 100 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}
