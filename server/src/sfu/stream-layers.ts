import { LayerDemand } from './layer-demand.ts';
import { LayerSizes, type Size } from './layer-sizes.ts';

/** A stream's spatial layers: how large their pictures are, and which of them anybody watches. */
export class StreamLayers {
  readonly #known = new LayerSizes();
  #highest = 0;
  #sizes: readonly Size[] = [];
  #demand = new LayerDemand(0);

  /** 0-based. */
  get highest(): number {
    return this.#highest;
  }

  /** Of the pictures, lowest first; empty before the video began. */
  get sizes(): readonly Size[] {
    return this.#sizes;
  }

  /** The video began, in so many layers. */
  begin(count: number): void {
    this.#highest = Math.max(0, count - 1);
    this.#demand = new LayerDemand(this.#highest);
    this.#sizes = this.#known.upTo(this.#highest);
  }

  /** The device tells what it sends now, lowest first. */
  learn(layers: readonly Size[]): void {
    this.#known.learn(layers);
    if (this.#sizes.length > 0) this.#sizes = this.#known.upTo(this.#highest);
  }

  want(subscriber: object, layer: number): void {
    this.#demand.want(subscriber, Math.min(layer, this.#highest));
  }

  drop(subscriber: object): void {
    this.#demand.drop(subscriber);
  }

  /** The layer to ask of the device, if it changed since the last call. */
  settle(now: number): number | undefined {
    return this.#demand.settle(now);
  }
}
