/**
 * Shortest time between two key frames of a layer, ms, as in libwebrtc: several viewers who join together ask
 * several times, and a key frame costs as much as four others.
 */
const MIN_INTERVAL_MS = 300;
/**
 * A key frame comes unasked after a time between these, for receivers whose requests are lost. Irregular and rare on
 * purpose: the picture's brightness steps a little with each one, and regular steps would look like a pulse.
 */
const UNASKED_AFTER_MS = 8000;
const UNASKED_BEFORE_MS = 12_000;

/** Says which layers start anew with which frame. Times in ms of the frames' own clock. */
export class KeyFrameSchedule {
  readonly #random: () => number;
  readonly #layers: { requested: boolean; lastAt: number; unaskedAt: number }[];

  constructor(layers: number, random: () => number = Math.random) {
    this.#random = random;
    this.#layers = Array.from({ length: layers }, () => ({
      requested: false,
      lastAt: -Infinity,
      unaskedAt: Infinity,
    }));
  }

  request(layer: number): void {
    const state = this.#layers.at(layer);
    if (state) state.requested = true;
  }

  /** Bit mask of the layers whose key frame is due with a frame of this time; they count as served. */
  take(timeMs: number): number {
    let mask = 0;
    for (const [index, layer] of this.#layers.entries()) {
      const allowed = timeMs - layer.lastAt >= MIN_INTERVAL_MS;
      if ((layer.requested && allowed) || timeMs >= layer.unaskedAt) {
        mask |= 1 << index;
        this.#served(index, timeMs);
      }
    }
    return mask;
  }

  /** A frame of this time starts all layers anew anyhow. */
  takeAll(timeMs: number): number {
    for (const index of this.#layers.keys()) this.#served(index, timeMs);
    return (1 << this.#layers.length) - 1;
  }

  #served(index: number, timeMs: number): void {
    const span = UNASKED_BEFORE_MS - UNASKED_AFTER_MS;
    const layer = this.#layers[index];
    layer.requested = false;
    layer.lastAt = timeMs;
    layer.unaskedAt = timeMs + UNASKED_AFTER_MS + this.#random() * span;
  }
}
