import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../failures.ts';
import type { RawFrame } from '../media/frame.ts';
import { Decoder } from './decoder.ts';
import type { Picture, VideoSource } from './source.ts';

/** A file's picture is scaled down to this when no size is asked for: more costs an encoder a whole core. */
const MAX_WIDTH = 1280;
const MAX_HEIGHT = 720;
/** Reading that falls back further, on a stalled disk or a stopped process, goes on from there without a rush. */
const MAX_LATE_MS = 500;

export type FileOptions = {
  ffmpeg: string;
  path: string;
  loop: boolean;
  /** The largest picture; the file's aspect ratio is kept. */
  size: { width: number; height: number } | undefined;
};

/** A recording played in real time by its own timestamps, which go on across the seam when it is looped. */
export class FileSource implements VideoSource {
  readonly kind = 'file';
  readonly picture: Picture;
  readonly #decoder: Decoder;
  readonly #stop = new AbortController();

  private constructor(decoder: Decoder, picture: Picture) {
    this.#decoder = decoder;
    this.picture = picture;
  }

  /** @throws UsageError when the file cannot be read or holds no video */
  static async open({ ffmpeg, path, loop, size }: FileOptions): Promise<FileSource> {
    try {
      await access(path, constants.R_OK);
    } catch {
      throw new UsageError(`The file ${path} cannot be read.`);
    }
    const width = size?.width ?? `min(iw\\,${MAX_WIDTH})`;
    const height = size?.height ?? `min(ih\\,${MAX_HEIGHT})`;
    const scale = `scale=w=${width}:h=${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
    const input = [...(loop ? ['-stream_loop', '-1'] : []), '-i', `file:${path}`];
    try {
      const { decoder, picture } = await Decoder.open(ffmpeg, input, scale);
      return new FileSource(decoder, picture);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new UsageError(`The file ${path} is no video: ${words}.`);
    }
  }

  async run(onFrame: (frame: RawFrame) => void): Promise<void> {
    const { signal } = this.#stop;
    let startMs: number | undefined;
    let lastMs = -Infinity;
    for await (const { seconds, pixels } of this.#decoder.frames()) {
      startMs ??= performance.now() - seconds * 1000;
      const wait = startMs + seconds * 1000 - performance.now();
      if (wait < -MAX_LATE_MS) startMs -= wait;
      if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const timeMs = startMs + seconds * 1000;
      if (timeMs <= lastMs) continue;
      lastMs = timeMs;
      onFrame({ timeMs, pixels });
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#decoder.close();
  }
}
