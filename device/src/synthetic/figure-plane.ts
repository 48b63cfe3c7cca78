import type { Channel } from './i420.ts';
import type { FigureLayer, Picture, Rectangle } from './layers.ts';

const { ceil, trunc } = Math;

/**
 * Strength of the pulse in red, green and blue against green: the blood volume pulse signature 0.33:0.77:0.53 of
 * de Haan and van Leest 2014.
 */
const SIGNATURE = [0.33 / 0.77, 1, 0.53 / 0.77] as const;

/** Floats a sample: level without offset, coverage, and the level's answer to a change of green of 1. */
export const STRIDE = 3;

/** The level, without offset, of a pixel of a picture in a channel. */
export function levelOf(
  { weights }: Channel,
  picture: Picture,
  index: number,
  gains: readonly [number, number, number] = [1, 1, 1],
): number {
  return (
    weights[0] * gains[0] * picture[index * 3] +
    weights[1] * gains[1] * picture[index * 3 + 1] +
    weights[2] * gains[2] * picture[index * 3 + 2]
  );
}

/** A rendered person in the samples of one plane, {@link STRIDE} floats each. */
export class FigurePlane {
  readonly samples: Float32Array;
  readonly #channel: Channel;
  readonly #width: number;
  readonly #figure: FigureLayer;
  readonly #closedEyes: FigureLayer;
  #lids = 0;

  /** @param figure of the whole picture */
  constructor(channel: Channel, figure: FigureLayer, closedEyes: FigureLayer = figure) {
    const { width, height } = figure.area;
    this.#channel = channel;
    this.#width = width / channel.scale;
    this.#figure = figure;
    this.#closedEyes = closedEyes;
    this.samples = new Float32Array(((width * height) / channel.scale ** 2) * STRIDE);
    this.#convert(figure.area);
  }

  /** Closes the eyes by a share. */
  closeLids(share: number): void {
    if (share === this.#lids) return;
    this.#lids = share;
    this.#convert(this.#closedEyes.area);
  }

  /** Converts what `area` touches. */
  #convert(area: Rectangle): void {
    const { scale } = this.#channel;
    const lids = this.#lids;
    const firstRow = trunc(area.y / scale);
    const endRow = ceil((area.y + area.height) / scale);
    const firstColumn = trunc(area.x / scale);
    const endColumn = ceil((area.x + area.width) / scale);
    for (let row = firstRow; row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        const sample = (row * this.#width + column) * STRIDE;
        this.samples.fill(0, sample, sample + STRIDE);
        for (let y = row * scale; y < (row + 1) * scale; y++) {
          for (let x = column * scale; x < (column + 1) * scale; x++) {
            this.#addPixel(sample, this.#figure, x, y, 1 - lids);
            if (lids > 0) this.#addPixel(sample, this.#closedOr(x, y), x, y, lids);
          }
        }
      }
    }
  }

  /** The layer with closed eyes where it reaches; chroma samples at its border reach past it. */
  #closedOr(x: number, y: number): FigureLayer {
    const { area } = this.#closedEyes;
    const inside = x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
    return inside ? this.#closedEyes : this.#figure;
  }

  #addPixel(sample: number, layer: FigureLayer, x: number, y: number, share: number): void {
    const { area, colour, coverage, perfusion } = layer;
    const index = (y - area.y) * area.width + (x - area.x);
    const weight = share / (this.#channel.scale * this.#channel.scale);
    this.samples[sample] += weight * levelOf(this.#channel, colour, index);
    this.samples[sample + 1] += weight * coverage[index];
    this.samples[sample + 2] += weight * perfusion[index] * levelOf(this.#channel, colour, index, SIGNATURE);
  }
}
