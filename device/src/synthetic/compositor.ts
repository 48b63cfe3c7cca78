import { CHANNELS, i420Planes, i420Size } from './i420.ts';
import type { FrameState } from './frame-state.ts';
import { Plane } from './plane.ts';
import type { FigureLayer, Layers } from './layers.ts';
import { Warp } from './warp.ts';

/** Levels above black, and noise, of luma behind a covered lens; its chroma has none. */
const COVER = [
  { level: 6, noise: 0.5 },
  { level: 0, noise: 0 },
  { level: 1, noise: 0 },
] as const;

/** Puts a rendered pose in motion and writes pictures in I420. */
export class Compositor {
  /** The last picture written. */
  readonly picture: Uint8Array<ArrayBuffer>;
  readonly #planes: Plane[];

  /** @param visitor a person who may come before the patient */
  constructor(layers: Layers, visitor: FigureLayer | null, seed: number) {
    const { width, height } = layers.size;
    const warp = new Warp(layers);
    this.picture = new Uint8Array(i420Size(width, height));
    const outputs = i420Planes(this.picture, width, height);
    this.#planes = CHANNELS.map(
      (channel, index) => new Plane({ layers, visitor, warp }, channel, outputs[index], seed + index),
    );
  }

  drawPatient(state: FrameState): void {
    for (const plane of this.#planes) plane.drawPatient(state);
  }

  drawEmptyBed(state: FrameState): void {
    for (const plane of this.#planes) plane.drawEmptyBed(state);
  }

  /** What a covered lens sees. */
  drawCover(): void {
    this.#planes.forEach((plane, index) => plane.drawFlat(COVER[index].level, COVER[index].noise));
  }
}
