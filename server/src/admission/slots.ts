import { HavenError } from '@haven/protocol';
import { Departures, wordsFor } from './departures.ts';

/** A bounded number of places, each held under a key; holding a key twice takes one place. */
export class Slots {
  readonly limit: number;
  readonly #holders = new Map<string, number>();
  readonly #departures: Departures;
  readonly #refused: () => void;

  /** @param refused told of each refusal */
  constructor(limit: number, clock: () => number, refused: () => void = () => undefined) {
    this.limit = limit;
    this.#departures = new Departures(clock);
    this.#refused = refused;
  }

  get taken(): number {
    return this.#holders.size;
  }

  /**
   * @returns gives the place back; calling it again changes nothing
   * @throws HavenError CAPACITY_EXCEEDED when all are taken and the key holds none
   */
  take(key: string): () => void {
    const holders = this.#holders.get(key) ?? 0;
    if (holders === 0 && this.#holders.size >= this.limit) {
      this.#refused();
      const { waitMs } = this.#departures;
      throw new HavenError(
        'CAPACITY_EXCEEDED',
        `All ${this.limit} places are taken. One is expected to be free in ${wordsFor(waitMs)}.`,
        { retryAfterMs: waitMs },
      );
    }
    this.#holders.set(key, holders + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#release(key);
    };
  }

  #release(key: string): void {
    const holders = this.#holders.get(key) ?? 0;
    if (holders > 1) {
      this.#holders.set(key, holders - 1);
      return;
    }
    this.#holders.delete(key);
    this.#departures.left();
  }
}
