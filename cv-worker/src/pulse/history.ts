/** The latest samples of several channels on one uniform grid. */
export class History {
  readonly #channels: Float64Array[];
  readonly #capacity: number;
  #count = 0;
  #lastAt: number | null = null;

  constructor(channels: number, capacity: number) {
    this.#capacity = capacity;
    this.#channels = Array.from({ length: channels }, () => new Float64Array(capacity));
  }

  /** Samples held now, at most the capacity. */
  get length(): number {
    return Math.min(this.#count, this.#capacity);
  }

  /** Time of the latest sample, ms. */
  get lastAt(): number | null {
    return this.#lastAt;
  }

  push(timeMs: number, values: Float64Array): void {
    const slot = this.#count % this.#capacity;
    for (let i = 0; i < values.length; i++) this.#channels[i][slot] = values[i];
    this.#count++;
    this.#lastAt = timeMs;
  }

  /** The latest `length` samples of a channel, oldest first. */
  latest(channel: number, length: number): Float64Array {
    const source = this.#channels[channel];
    const window = new Float64Array(length);
    const start = this.#count - length;
    for (let i = 0; i < length; i++) window[i] = source[(start + i) % this.#capacity];
    return window;
  }

  /** The sample of a channel so many before the latest, which must be held still. */
  ago(channel: number, samples: number): number {
    return this.#channels[channel][(this.#count - 1 - samples) % this.#capacity];
  }

  clear(): void {
    this.#count = 0;
    this.#lastAt = null;
  }
}
