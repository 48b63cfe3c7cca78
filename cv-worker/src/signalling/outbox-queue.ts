import type { Observation } from '@haven/protocol';

/** Vitals kept while the server cannot be reached: a minute of three vitals a second of 50 patients. */
export const MAX_QUEUED_VITALS = 60 * 3 * 50;
/** Events and conditions are few and matter: this many are more than a day brings, and only a bound. */
export const MAX_QUEUED_FACTS = 10_000;

/** Observations until they are acknowledged, in their order. When there are too many, the oldest vitals go first. */
export class OutboxQueue {
  readonly #observations = new Map<string, Observation>();
  #vitals = 0;
  #dropped = 0;

  get length(): number {
    return this.#observations.size;
  }

  /** How many had to go unsent. */
  get dropped(): number {
    return this.#dropped;
  }

  add(observation: Observation): void {
    this.#observations.set(observation.id, observation);
    if (observation.kind === 'vital') this.#vitals += 1;
    const facts = this.#observations.size - this.#vitals;
    if (this.#vitals > MAX_QUEUED_VITALS) this.#drop((queued) => queued.kind === 'vital');
    else if (facts > MAX_QUEUED_FACTS) this.#drop((queued) => queued.kind !== 'vital');
  }

  /** The oldest ones, which stay until they are removed. */
  first(count: number): Observation[] {
    return Array.from(this.#observations.values()).slice(0, count);
  }

  remove(observations: readonly Observation[]): void {
    for (const { id, kind } of observations) {
      // It may have been dropped while it was on its way.
      if (this.#observations.delete(id) && kind === 'vital') this.#vitals -= 1;
    }
  }

  #drop(matches: (observation: Observation) => boolean): void {
    for (const observation of this.#observations.values()) {
      if (!matches(observation)) continue;
      this.remove([observation]);
      this.#dropped += 1;
      return;
    }
  }
}
