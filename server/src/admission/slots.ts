import { HavenError } from '@haven/protocol';
import { Departures, wordsFor } from './departures.ts';

/** Places that all nodes of a cluster count together, beyond those of each. */
export interface CommonPlaces {
  readonly limit: number;
  readonly taken: number;
  /** @returns whether there was one, or the key holds one */
  take(key: string): Promise<boolean>;
  leave(key: string): Promise<void>;
}

/** A bounded number of places, each held under a key; holding a key twice takes one place. */
export class Slots {
  readonly limit: number;
  readonly #holders = new Map<string, number>();
  readonly #departures: Departures;
  readonly #refused: () => void;
  #common: CommonPlaces | undefined;

  /** @param refused told of each refusal */
  constructor(limit: number, clock: () => number, refused: () => void = () => undefined) {
    this.limit = limit;
    this.#departures = new Departures(clock);
    this.#refused = refused;
  }

  get taken(): number {
    return this.#holders.size;
  }

  get common(): CommonPlaces | undefined {
    return this.#common;
  }

  /** From now on whoever takes a place needs one of these too. */
  shareWith(common: CommonPlaces): void {
    this.#common = common;
  }

  /**
   * @returns gives the place back; calling it again changes nothing
   * @throws HavenError CAPACITY_EXCEEDED when all are taken and the key holds none
   */
  async take(key: string): Promise<() => void> {
    const holders = this.#holders.get(key) ?? 0;
    if (holders === 0 && this.#holders.size >= this.limit) throw this.#full(this.limit);
    this.#holders.set(key, holders + 1);
    let held = true;
    const leave = () => {
      if (!held) return;
      held = false;
      this.#release(key);
      if (!this.#holders.has(key)) this.#departures.left();
    };
    const common = this.#common;
    if (common === undefined || (await common.take(key))) return leave;
    // Nobody left: who never had a place tells nothing of how soon one is free.
    this.#release(key);
    throw this.#full(common.limit);
  }

  #full(limit: number): HavenError {
    this.#refused();
    const { waitMs } = this.#departures;
    return new HavenError(
      'CAPACITY_EXCEEDED',
      `All ${limit} places are taken. One is expected to be free in ${wordsFor(waitMs)}.`,
      { retryAfterMs: waitMs },
    );
  }

  #release(key: string): void {
    const holders = this.#holders.get(key) ?? 0;
    if (holders > 1) {
      this.#holders.set(key, holders - 1);
      return;
    }
    this.#holders.delete(key);
    void this.#common?.leave(key);
  }
}
