/** Share of a limit at which the mode begins. */
export const OVERLOAD_SHARE = 0.9;
/** It ends by itself so long after everything was below that share, ms. */
export const OVERLOAD_RECOVERY_MS = 60_000;

/** A bounded quantity: how much of it is taken, in any unit. */
export type Taken = { name: string; taken: number; limit: number };

/**
 * Overload mode: from nine tenths of a limit on, new sessions are refused, so that the last tenth is left for those
 * who return. It ends a minute after the last limit was clear of it, or by an administrator, who takes what is left
 * upon themselves: it then begins again only after a fall below nine tenths.
 */
export class Overload {
  readonly #clock: () => number;
  #cause: string | null = null;
  #lastAt = 0;
  #excused = false;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get active(): boolean {
    return this.#cause !== null;
  }

  /** Name of the limit that began it; null outside of the mode. */
  get cause(): string | null {
    return this.#cause;
  }

  /** Earliest end as things are, ms from now. */
  get endsInMs(): number {
    return this.active ? Math.max(0, this.#lastAt + OVERLOAD_RECOVERY_MS - this.#clock()) : 0;
  }

  /** Looks at all limits; called whenever one may have been reached, and each second. */
  observe(limits: readonly Taken[]): void {
    const now = this.#clock();
    const reached = limits.find(({ taken, limit }) => taken >= OVERLOAD_SHARE * limit);
    if (reached === undefined) {
      this.#excused = false;
      if (this.active && now - this.#lastAt >= OVERLOAD_RECOVERY_MS) this.#cause = null;
    } else if (!this.#excused) {
      this.#cause ??= reached.name;
      this.#lastAt = now;
    }
  }

  reset(): void {
    this.#cause = null;
    this.#excused = true;
  }
}
