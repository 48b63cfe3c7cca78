/** A picture's size, pixels. */
export type Size = { readonly width: number; readonly height: number };

/** Of the lowest layer as long as the device has not told: a quarter of 720p, as browsers simulcast it. */
const ASSUMED_LOWEST: Size = { width: 320, height: 180 };

/** How large the pictures of a stream's spatial layers are; layers not told are taken to double. */
export class LayerSizes {
  #known: readonly Size[] = [];

  /** @param layers those that the device sends now, upper ones may be missing */
  learn(layers: readonly Size[]): void {
    const told = layers
      .filter(({ width, height }) => width > 0 && height > 0)
      .toSorted((one, other) => one.height - other.height);
    const sameCamera = told[0]?.height === this.#known[0]?.height;
    this.#known = sameCamera && told.length < this.#known.length ? this.#known : told;
  }

  /** Lowest first. */
  upTo(highest: number): Size[] {
    return Array.from({ length: highest + 1 }, (_, layer) => this.#of(layer));
  }

  #of(layer: number): Size {
    const nearest = Math.min(layer, this.#known.length - 1);
    const { width, height } = this.#known[nearest] ?? ASSUMED_LOWEST;
    const factor = 2 ** (layer - Math.max(nearest, 0));
    return { width: width * factor, height: height * factor };
  }
}
