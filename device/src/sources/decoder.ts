import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { i420Bytes } from '../media/frame.ts';
import { parseShowInfo, type ShownFrame } from './show-info.ts';
import type { Picture } from './source.ts';

/** For streams that do not tell their frame rate. */
const DEFAULT_FRAMES_PER_SECOND = 30;
/** Lines of ffmpeg kept to say why it failed. */
const MAX_COMPLAINTS = 5;
const EXIT_MS = 500;

/** A decoded picture with its own time, seconds from wherever the stream counts. */
export type DecodedFrame = { seconds: number; pixels: Uint8Array };

/**
 * One ffmpeg that decodes a video to I420 with the stream's own timestamps: the pixels come on stdout, their times
 * from the filter `showinfo` on stderr. It waits while nobody takes its frames.
 */
export class Decoder {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #shown: ShownFrame[] = [];
  readonly #complaints: string[] = [];
  #timeBase = 0;
  #framesPerSecond = DEFAULT_FRAMES_PER_SECOND;
  #exited = false;
  #wake: () => void = () => undefined;

  private constructor(ffmpeg: string, input: string[], filter: string) {
    const output = [
      '-map',
      '0:v:0',
      '-an',
      '-sn',
      '-dn',
      '-fps_mode',
      'passthrough',
      '-f',
      'rawvideo',
      'pipe:1',
    ];
    const filters = ['-vf', `${filter},format=yuv420p,showinfo=checksum=0`];
    this.#child = spawn(
      ffmpeg,
      ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info', ...input, ...filters, ...output],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child.on('error', (error) => this.#complaints.push(error.message));
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#readLine(line));
    this.#child.on('close', () => {
      this.#exited = true;
      this.#wake();
    });
  }

  /**
   * @param input ffmpeg's arguments up to and including `-i`
   * @param filter the scaling, in ffmpeg's filter language
   * @returns the decoder and the size of what it gives, known from its first frame
   * @throws Error with ffmpeg's own words when there is no frame
   */
  static async open(
    ffmpeg: string,
    input: string[],
    filter: string,
  ): Promise<{ decoder: Decoder; picture: Picture }> {
    const decoder = new Decoder(ffmpeg, input, filter);
    const first = await decoder.#nextShown(0);
    if (!first) {
      await decoder.close();
      throw new Error(decoder.complaint);
    }
    const { width, height } = first;
    return { decoder, picture: { width, height, framesPerSecond: decoder.#framesPerSecond } };
  }

  /** The last that ffmpeg said, for a person. */
  get complaint(): string {
    return this.#complaints.at(-1) ?? 'ffmpeg gave no picture';
  }

  /** The frames in order; ends with the stream or with `close()`. */
  async *frames(): AsyncGenerator<DecodedFrame, void, undefined> {
    let pixels: Uint8Array | undefined;
    let filled = 0;
    for await (const piece of this.#pieces()) {
      let offset = 0;
      while (offset < piece.length) {
        if (!pixels) {
          const shown = await this.#nextShown(0);
          if (!shown) return;
          pixels = new Uint8Array(i420Bytes(shown.width, shown.height));
          filled = 0;
        }
        const taken = Math.min(piece.length - offset, pixels.length - filled);
        pixels.set(piece.subarray(offset, offset + taken), filled);
        filled += taken;
        offset += taken;
        if (filled < pixels.length) continue;
        const { pts } = this.#shown.shift()!;
        yield { seconds: pts * this.#timeBase, pixels };
        pixels = undefined;
      }
    }
  }

  async close(): Promise<void> {
    if (this.#exited) return;
    const closed = once(this.#child, 'close');
    this.#child.stdout.destroy();
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_MS);
    await closed;
    clearTimeout(timer);
  }

  async *#pieces(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const piece of this.#child.stdout) if (Buffer.isBuffer(piece)) yield piece;
    } catch (error) {
      // `close()` destroys the pipe under the reader: the frames simply end.
      if (!this.#child.killed) throw error;
    }
  }

  async #nextShown(index: number): Promise<ShownFrame | undefined> {
    while (this.#shown.length <= index && !this.#exited) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#shown[index];
  }

  #readLine(line: string): void {
    const info = parseShowInfo(line);
    switch (info?.kind) {
      case 'frame':
        this.#shown.push(info);
        this.#wake();
        return;
      case 'configuration':
        this.#timeBase = info.timeBase;
        this.#framesPerSecond = info.framesPerSecond ?? DEFAULT_FRAMES_PER_SECOND;
        return;
      case 'other':
        return;
      case undefined:
        this.#complaints.push(line.trim());
        this.#complaints.splice(0, this.#complaints.length - MAX_COMPLAINTS);
    }
  }
}
