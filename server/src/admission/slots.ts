import { HavenError } from '@haven/protocol';

/** When a refused client may try again, ms. */
const RETRY_AFTER_MS = 5_000;

/** A bounded number of places, each held under a key; holding a key twice takes one place. */
export class Slots {
  readonly #limit: number;
  readonly #holders = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
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
    if (holders === 0 && this.#holders.size >= this.#limit) {
      throw new HavenError('CAPACITY_EXCEEDED', undefined, { retryAfterMs: RETRY_AFTER_MS });
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
    if (holders > 1) this.#holders.set(key, holders - 1);
    else this.#holders.delete(key);
  }
}
