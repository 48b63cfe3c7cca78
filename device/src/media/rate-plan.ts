import type { EncoderLayer } from '../encoder/encoder-arguments.ts';
import { allocate, type Layer } from './layers.ts';

/** A smaller change is not worth a new encoder process. */
const MIN_CHANGE = 0.25;
/** The rate may fall soon, since what exceeds it is lost, and rises slowly. */
const MIN_FALL_INTERVAL_MS = 1500;
const MIN_RISE_INTERVAL_MS = 5000;
/** A viewer who leaves a layer often comes back to it. */
const UNWATCHED_AFTER_MS = 8000;

/**
 * Decides which layers are encoded and at which rates: as many as the rate feeds and as somebody watches. Changes
 * cost a start of the encoder, so they are few; a layer that is watched again comes at once. Times in ms.
 */
export class RatePlan {
  readonly #layers: readonly Layer[];
  #planned: EncoderLayer[];
  #affordable: number;
  #changedAt: number;
  #watched: number;
  #watchedLessAt = -Infinity;

  constructor(layers: readonly Layer[], available: number, now: number) {
    this.#layers = layers;
    this.#watched = layers.length;
    this.#planned = this.#encoderLayers(available, layers.length, layers.length);
    this.#affordable = this.#planned.length;
    this.#changedAt = now;
  }

  /** Lowest first. */
  get layers(): readonly EncoderLayer[] {
    return this.#planned;
  }

  /** How many layers the rate feeds, watched or not. */
  get affordable(): number {
    return this.#affordable;
  }

  /** @param maxSpatialLayer the highest layer that anyone watches, 0-based */
  watch(maxSpatialLayer: number, now: number): void {
    const watched = Math.min(this.#layers.length, Math.max(1, maxSpatialLayer + 1));
    if (watched < this.#watched) this.#watchedLessAt = now;
    if (watched > this.#watched) this.#changedAt = -Infinity;
    this.#watched = watched;
  }

  /**
   * @param available bit/s
   * @returns true when `layers` changed
   */
  update(available: number, now: number): boolean {
    this.#affordable = allocate(this.#layers, available, this.#affordable).length;
    const kept = now - this.#watchedLessAt < UNWATCHED_AFTER_MS ? this.#planned.length : 0;
    const layers = this.#encoderLayers(available, Math.max(kept, this.#watched), this.#planned.length);
    if (!this.#worthwhile(layers, now)) return false;
    this.#planned = layers;
    this.#changedAt = now;
    return true;
  }

  #worthwhile(layers: EncoderLayer[], now: number): boolean {
    const since = now - this.#changedAt;
    const before = this.#planned;
    if (layers.length > before.length) return since >= MIN_RISE_INTERVAL_MS;
    if (layers.length < before.length) return since >= MIN_FALL_INTERVAL_MS;
    const ratios = layers.map((layer, index) => layer.bitrate / before[index].bitrate);
    if (ratios.some((ratio) => ratio < 1 - MIN_CHANGE)) return since >= MIN_FALL_INTERVAL_MS;
    return ratios.some((ratio) => ratio > 1 + MIN_CHANGE) && since >= MIN_RISE_INTERVAL_MS;
  }

  #encoderLayers(available: number, wanted: number, active: number): EncoderLayer[] {
    const rates = allocate(this.#layers.slice(0, wanted), available, active);
    return rates.map((bitrate, index) => {
      const { width, height } = this.#layers[index];
      return { width, height, bitrate };
    });
  }
}
