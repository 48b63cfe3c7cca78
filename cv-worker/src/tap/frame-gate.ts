import type { Crop, Frame } from '../frame.ts';
import type { FrameRate } from '../pace/frame-rate.ts';
import { FrameThinner } from '../pace/frame-thinner.ts';
import { FrameClock } from './frame-clock.ts';
import type { NutFrame } from './nut.ts';

/** A picture whose buffer may be transferred to another thread. */
export type TapFrame = Frame & { pixels: Uint8Array<ArrayBuffer> };

/** Gives a tap's pictures their times, and lets as many pass as are aimed at, over all decoders that follow each other. */
export class FrameGate {
  readonly #clock = new FrameClock();
  readonly #thinner = new FrameThinner();
  #decoded = 0;
  rate: FrameRate;

  constructor(rate: FrameRate) {
    this.rate = rate;
  }

  /** Pictures that came, passed or not. */
  get decoded(): number {
    return this.#decoded;
  }

  /** Another decoder begins: its presentation times have another origin. */
  restart(): void {
    this.#clock.restart();
  }

  /** The next picture does not continue the last one. */
  interrupt(): void {
    this.#clock.interrupt();
  }

  /** @returns null for a picture too many, as of a stream without temporal layers */
  take({ ptsMs, ...picture }: NutFrame, crop: Crop | null, now: number): TapFrame | null {
    this.#decoded += 1;
    const { timeMs, discontinuity } = this.#clock.map(ptsMs, now);
    if (!discontinuity && !this.#thinner.admits(timeMs, this.rate)) return null;
    const { width, height, pixels } = picture;
    const frame = { timeMs, width, height, pixels, discontinuity };
    return crop === null ? frame : { ...frame, crop };
  }
}
