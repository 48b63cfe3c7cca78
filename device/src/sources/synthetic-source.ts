import { setTimeout as delay } from 'node:timers/promises';
import type { RawFrame } from '../media/frame.ts';
import type { Picture, VideoSource } from './source.ts';

/** Renders an I420 picture for a time in seconds from the start, in a buffer that the next call may write over. */
export type FrameRenderer = { frame(seconds: number): Uint8Array };

/** A rendered patient. Each picture shows exactly the moment of its timestamp, also when rendering was late. */
export class SyntheticSource implements VideoSource {
  readonly kind = 'synthetic';
  readonly picture: Picture;
  readonly #renderer: FrameRenderer;
  readonly #stop = new AbortController();

  constructor(renderer: FrameRenderer, picture: Picture) {
    this.#renderer = renderer;
    this.picture = picture;
  }

  async run(onFrame: (frame: RawFrame) => void): Promise<void> {
    const { signal } = this.#stop;
    const intervalMs = 1000 / this.picture.framesPerSecond;
    const startMs = performance.now();
    for (let frame = 0; ; frame++) {
      const late = Math.floor((performance.now() - startMs) / intervalMs) - frame;
      // On a machine that is too slow pictures are left out, evenly.
      if (late > 0) frame += late;
      const timeMs = startMs + frame * intervalMs;
      const wait = timeMs - performance.now();
      await delay(Math.max(0, wait), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      onFrame({ timeMs, pixels: this.#renderer.frame((timeMs - startMs) / 1000).slice() });
    }
  }

  close(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve();
  }
}
