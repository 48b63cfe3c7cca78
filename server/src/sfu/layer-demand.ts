/** A layer that nobody watches is given up only after this long, ms: switching it on again costs a key frame. */
const FALL_DELAY_MS = 10_000;

/**
 * The highest spatial layer that anyone watches, so that a publisher need not encode those above. It rises at once
 * and falls late (as LiveKit's dynacast does); with no subscriber at all it is the lowest layer.
 */
export class LayerDemand {
  readonly #wanted = new Map<object, number>();
  #layer: number;
  #lowSince: number | null = null;

  /** @param highest what the publisher sends at first */
  constructor(highest: number) {
    this.#layer = highest;
  }

  want(subscriber: object, layer: number): void {
    this.#wanted.set(subscriber, layer);
  }

  drop(subscriber: object): void {
    this.#wanted.delete(subscriber);
  }

  /** The layer to ask of the publisher, if it changed since the last call. */
  settle(now: number): number | undefined {
    const target = Math.max(0, ...this.#wanted.values());
    if (target >= this.#layer) {
      this.#lowSince = null;
      return target > this.#layer ? this.#change(target) : undefined;
    }
    this.#lowSince ??= now;
    return now - this.#lowSince >= FALL_DELAY_MS ? this.#change(target) : undefined;
  }

  #change(layer: number): number {
    this.#layer = layer;
    this.#lowSince = null;
    return layer;
  }
}
