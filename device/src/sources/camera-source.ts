import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../failures.ts';
import type { RawFrame } from '../media/frame.ts';
import { Decoder } from './decoder.ts';
import type { Picture, VideoSource } from './source.ts';

/** Wait before a camera that went away is opened again, ms: doubled each time up to the bound. */
const REOPEN_MS = 500;
const REOPEN_MAX_MS = 5000;

export type CameraOptions = {
  ffmpeg: string;
  device: string;
  size: { width: number; height: number };
  framesPerSecond: number;
  /** The camera went away and is being opened again. */
  onLost: (complaint: string) => void;
};

/** A camera of Video4Linux. One that goes away while running is opened again for as long as it takes. */
export class CameraSource implements VideoSource {
  readonly kind = 'camera';
  readonly picture: Picture;
  readonly #options: CameraOptions;
  readonly #stop = new AbortController();
  #decoder: Decoder;
  /** Resolves when a pause is over. */
  #pause: PromiseWithResolvers<undefined> | undefined;

  private constructor(options: CameraOptions, decoder: Decoder) {
    this.#options = options;
    this.#decoder = decoder;
    this.picture = { ...options.size, framesPerSecond: options.framesPerSecond };
  }

  /** @throws UsageError when there is no such camera */
  static async open(options: CameraOptions): Promise<CameraSource> {
    try {
      return new CameraSource(options, await openCamera(options));
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new UsageError(`The camera ${options.device} cannot be opened: ${words}.`);
    }
  }

  async run(onFrame: (frame: RawFrame) => void): Promise<void> {
    while (!this.#stopped()) {
      await this.#runOnce(onFrame);
      const pause = this.#pause;
      await pause?.promise;
      if (!this.#stopped()) await this.#reopen(pause !== undefined);
    }
  }

  /** Closes the camera, so that its light goes out, or opens it again. */
  pause(paused: boolean): void {
    if (paused === (this.#pause !== undefined)) return;
    if (paused) {
      this.#pause = Promise.withResolvers<undefined>();
      void this.#decoder.close();
    } else {
      this.#pause?.resolve(undefined);
      this.#pause = undefined;
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#pause?.resolve(undefined);
    await this.#decoder.close();
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #runOnce(onFrame: (frame: RawFrame) => void): Promise<void> {
    let startMs: number | undefined;
    for await (const { seconds, pixels } of this.#decoder.frames()) {
      const arrivalMs = performance.now();
      startMs ??= arrivalMs - seconds * 1000;
      // The camera's clock gives the intervals; one that runs ahead of ours is held back.
      startMs = Math.min(startMs, arrivalMs - seconds * 1000);
      onFrame({ timeMs: startMs + seconds * 1000, pixels });
    }
  }

  /** @param atOnce it was closed on purpose */
  async #reopen(atOnce: boolean): Promise<void> {
    let wait = atOnce ? 0 : REOPEN_MS;
    for (; !this.#stopped(); wait = Math.min(Math.max(wait * 2, REOPEN_MS), REOPEN_MAX_MS)) {
      if (wait > 0) this.#options.onLost(this.#decoder.complaint);
      await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      try {
        const decoder = await openCamera(this.#options);
        if (this.#stopped()) await decoder.close();
        this.#decoder = decoder;
        return;
      } catch {
        continue;
      }
    }
  }
}

async function openCamera({ ffmpeg, device, size, framesPerSecond }: CameraOptions): Promise<Decoder> {
  const { width, height } = size;
  const capture = ['-framerate', String(framesPerSecond), '-video_size', `${width}x${height}`];
  const input = ['-f', 'v4l2', ...capture, '-i', device];
  const { decoder } = await Decoder.open(ffmpeg, input, `scale=${width}:${height}`);
  return decoder;
}
