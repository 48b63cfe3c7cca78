import { FigurePlane, levelOf, STRIDE } from './figure-plane.ts';
import type { Channel } from './i420.ts';
import type { FrameState, VisitorState } from './frame-state.ts';
import { GAUSSIAN_MASK, gaussianTable, Random } from './noise.ts';
import type { FigureLayer, Layers, Picture } from './layers.ts';
import type { Warp } from './warp.ts';

const { floor, hypot, sin, trunc } = Math;

/** Light of a row: a lamp that flickers does so while the sensor reads row after row. */
function gainOf(state: FrameState, row: number): number {
  return state.gain * (1 + state.flicker * sin(state.flickerPhase + row * state.flickerPhasePerRow));
}

function clamp(value: number, maximum: number): number {
  return value < 0 ? 0 : value > maximum ? maximum : value;
}

/** One plane of the moving picture, luma or a chroma difference: the bed, and before it the figure. */
export class Plane {
  readonly #warp: Warp;
  readonly #channel: Channel;
  readonly #out: Uint8ClampedArray;
  readonly #width: number;
  readonly #height: number;
  readonly #figure: FigurePlane;
  readonly #visitor: FigurePlane | null;
  readonly #bed: Float32Array;
  readonly #emptyBed: Float32Array;
  readonly #gaussian: Float32Array;
  readonly #random: Random;
  /**
   * What the sensor's noise is in this plane, against that of one colour. After a camera's gamma, shot noise is about
   * the same at all levels (its deviation goes with light to the power 0.5 + 1/2.2 − 1), so that one figure serves the
   * whole picture.
   */
  readonly #noiseShare: number;

  constructor(
    { layers, visitor, warp }: { layers: Layers; visitor: FigureLayer | null; warp: Warp },
    channel: Channel,
    out: Uint8ClampedArray,
    seed: number,
  ) {
    this.#warp = warp;
    this.#channel = channel;
    this.#out = out;
    this.#width = warp.width / channel.scale;
    this.#height = warp.height / channel.scale;
    this.#figure = new FigurePlane(channel, layers.figure, layers.closedEyes);
    this.#visitor = visitor && new FigurePlane(channel, visitor);
    this.#bed = this.#bedLevels(layers.bed);
    this.#emptyBed = this.#bedLevels(layers.emptyBed);
    this.#gaussian = gaussianTable(seed);
    this.#random = new Random(seed);
    this.#noiseShare = hypot(...channel.weights) / channel.scale;
  }

  drawPatient(state: FrameState): void {
    this.#figure.closeLids(state.lids);
    for (let row = 0; row < this.#height; row++) {
      this.#drawRow(row, state);
      if (state.visitor !== null) this.#drawVisitor(row, state, state.visitor);
    }
  }

  drawEmptyBed(state: FrameState): void {
    for (let row = 0; row < this.#height; row++) {
      this.#drawBed(
        this.#emptyBed,
        row,
        0,
        this.#width,
        gainOf(state, row * this.#channel.scale),
        state.noise,
      );
      if (state.visitor !== null) this.#drawVisitor(row, state, state.visitor);
    }
  }

  /** Draws no more than one level above its offset, and a little noise. */
  drawFlat(level: number, noise: number): void {
    const out = this.#out;
    const gaussian = this.#gaussian;
    let next = this.#random.integer();
    for (let index = 0; index < out.length; index++) {
      out[index] = this.#channel.offset + level + noise * gaussian[next++ & GAUSSIAN_MASK];
    }
  }

  #drawRow(row: number, state: FrameState): void {
    const { scale, offset } = this.#channel;
    const warp = this.#warp;
    const out = this.#out;
    const figure = this.#figure.samples;
    const bed = this.#bed;
    const gaussian = this.#gaussian;
    const relief = warp.relief;
    const width = this.#width;
    const fullRow = row * scale;
    const first = warp.first[fullRow] / scale;
    const end = warp.end[fullRow] / scale;
    const gain = gainOf(state, fullRow);
    const noise = state.noise * this.#noiseShare;
    const change = state.greenChange;
    const headShare = warp.headShare[fullRow];
    const shift = (headShare * state.right) / scale;
    const turn = (headShare * sin(state.yaw)) / scale;
    const rise =
      (headShare * state.up + warp.liftShare[fullRow] * state.lift - warp.jawShare[fullRow] * state.jaw) /
      scale;
    const y = clamp(row + rise, this.#height - 1.01);
    const y0 = trunc(y);
    const lower = y - y0;
    const upper = 1 - lower;
    const line = y0 * width;
    const nextLine = width * STRIDE;
    const lastX = width - 1.01;
    const start = row * width;
    const reliefStart = fullRow * warp.width;
    this.#drawBed(bed, row, 0, first, gain, state.noise);
    let next = this.#random.integer();
    for (let column = first; column < end; column++) {
      const x = clamp(column - shift - turn * relief[reliefStart + column * scale], lastX);
      const x0 = trunc(x);
      const right = x - x0;
      const lowerRight = right * lower;
      const lowerLeft = lower - lowerRight;
      const upperRight = right - lowerRight;
      const upperLeft = upper - upperRight;
      const a = (line + x0) * STRIDE;
      const b = a + STRIDE;
      const c = a + nextLine;
      const d = c + STRIDE;
      const level =
        upperLeft * (figure[a] + change * figure[a + 2]) +
        upperRight * (figure[b] + change * figure[b + 2]) +
        lowerLeft * (figure[c] + change * figure[c + 2]) +
        lowerRight * (figure[d] + change * figure[d + 2]);
      const coverage =
        upperLeft * figure[a + 1] +
        upperRight * figure[b + 1] +
        lowerLeft * figure[c + 1] +
        lowerRight * figure[d + 1];
      out[start + column] =
        offset +
        gain * (level + (1 - coverage) * bed[start + column]) +
        noise * gaussian[next++ & GAUSSIAN_MASK];
    }
    this.#drawBed(bed, row, end, width, gain, state.noise);
  }

  #drawBed(
    bed: Float32Array,
    row: number,
    from: number,
    to: number,
    gain: number,
    sensorNoise: number,
  ): void {
    const out = this.#out;
    const gaussian = this.#gaussian;
    const { offset } = this.#channel;
    const noise = sensorNoise * this.#noiseShare;
    const start = row * this.#width;
    let next = this.#random.integer();
    for (let index = start + from; index < start + to; index++) {
      out[index] = offset + gain * bed[index] + noise * gaussian[next++ & GAUSSIAN_MASK];
    }
  }

  /** Lays the visitor over a row that is drawn: shifts by whole samples, since coming and going are fast. */
  #drawVisitor(row: number, state: FrameState, { right, greenChange }: VisitorState): void {
    if (this.#visitor === null) return;
    const { samples } = this.#visitor;
    const { offset, scale } = this.#channel;
    const out = this.#out;
    const width = this.#width;
    const shift = floor(right / scale);
    const gain = gainOf(state, row * scale);
    const noise = state.noise * this.#noiseShare;
    const gaussian = this.#gaussian;
    let next = this.#random.integer();
    const first = shift > 0 ? shift : 0;
    const end = shift < 0 ? width + shift : width;
    for (let column = first; column < end; column++) {
      const sample = (row * width + column - shift) * STRIDE;
      const coverage = samples[sample + 1];
      if (coverage === 0) continue;
      const level = gain * (samples[sample] + greenChange * samples[sample + 2]);
      const index = row * width + column;
      out[index] =
        offset +
        (out[index] - offset) * (1 - coverage) +
        level +
        coverage * noise * gaussian[next++ & GAUSSIAN_MASK];
    }
  }

  #bedLevels(picture: Picture): Float32Array {
    const { scale } = this.#channel;
    const levels = new Float32Array(this.#width * this.#height);
    for (let y = 0; y < this.#warp.height; y++) {
      for (let x = 0; x < this.#warp.width; x++) {
        const sample = trunc(y / scale) * this.#width + trunc(x / scale);
        levels[sample] += levelOf(this.#channel, picture, y * this.#warp.width + x) / (scale * scale);
      }
    }
    return levels;
  }
}
