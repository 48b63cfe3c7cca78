import { STILL_REFRESH_MS } from './link-budget.ts';

/** Fractional part of the golden ratio: multiples of it spread evenly over a turn, however many there are. */
const SPREAD = (Math.sqrt(5) - 1) / 2;

let made = 0;

/**
 * When a stream's stills get a new picture: for all viewers at the same time, so that one key frame serves them, and
 * for each stream at another, so that one viewer's stills do not change together.
 */
export class StillTurns {
  #nextAt: number;

  constructor(now: number) {
    made += 1;
    this.#nextAt = now + ((made * SPREAD) % 1) * STILL_REFRESH_MS;
  }

  due(now: number): boolean {
    if (now < this.#nextAt) return false;
    this.#nextAt = now + STILL_REFRESH_MS - ((now - this.#nextAt) % STILL_REFRESH_MS);
    return true;
  }
}
