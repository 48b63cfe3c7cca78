import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { i420Bytes, type EncodedFrame, type RawFrame } from '../media/frame.ts';
import { encoderArguments, MAX_ENCODED_LAYERS, type EncoderLayer } from './encoder-arguments.ts';
import { IvfReader, isVp8KeyFrame } from './ivf.ts';
import type { TemporalPattern, TemporalPicture } from './temporal-pattern.ts';
import { matroskaFrameHeader, matroskaHeader } from './matroska.ts';

/** Frames given and not yet encoded: half a second, which is what a start of ffmpeg takes on a busy machine. */
const MAX_IN_FLIGHT = 8;
/** An encoder that was given frames and returned none for so long does not work any more. */
const STALL_MS = 4000;
/** Before its first frames: ffmpeg's start takes seconds on a starved machine, and starting it again takes more. */
const START_MS = 15_000;
/** How long ffmpeg may take to end by itself after its input has ended. */
const EXIT_MS = 1000;
/** What is kept of ffmpeg's complaints, for the log. */
const MAX_COMPLAINT = 500;
/** Time steps, in µs, between frames; the values in between carry the key frame flags of the layers. */
const STEP_US = 2 ** MAX_ENCODED_LAYERS;
const FIRST_OUTPUT_FD = 3;

type InFlight = { timestampUs: number; timeMs: number; temporal: TemporalPicture };

export type EncoderProcessOptions = {
  ffmpeg: string;
  width: number;
  height: number;
  layers: readonly EncoderLayer[];
  temporal: TemporalPattern;
  onFrame: (layer: number, frame: EncodedFrame) => void;
  /** The process ended, by itself or by `close()`; `complaint` is the end of what it wrote to stderr. */
  onExit: (complaint: string) => void;
};

/**
 * One ffmpeg that encodes raw frames into VP8 layers, each with temporal layers. Key frames are asked for a
 * single frame and layer by the lowest bits of its timestamp, which the encoder's `force_key_frames` reads: nothing
 * has to be restarted for one.
 */
export class EncoderProcess {
  readonly #child: ChildProcess;
  readonly #options: EncoderProcessOptions;
  readonly #inFlight: InFlight[][];
  readonly #delivered: boolean[];
  #complaint = '';
  #firstTimeMs: number | undefined;
  #lastTimestampUs = -STEP_US;
  #frames = 0;
  #closed = false;

  constructor(options: EncoderProcessOptions) {
    this.#options = options;
    this.#inFlight = options.layers.map(() => []);
    this.#delivered = options.layers.map(() => false);
    this.#child = spawn(options.ffmpeg, encoderArguments(options, FIRST_OUTPUT_FD), {
      stdio: ['pipe', 'ignore', 'pipe', ...options.layers.map(() => 'pipe' as const)],
    });
    this.#child.on('error', (error) => this.#complain(error.message));
    this.#child.on('close', () => options.onExit(this.#complaint.trim()));
    // A write that fails is followed by 'close', which says more.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.on('data', (piece: Buffer) => this.#complain(piece.toString('utf8')));
    options.layers.forEach((_, layer) => this.#readLayer(layer));
    this.#child.stdin?.write(matroskaHeader(options.width, options.height));
  }

  get layers(): readonly EncoderLayer[] {
    return this.#options.layers;
  }

  /** True when every layer has come out once and nothing waits: its next frame will be out in a few ms. */
  get ready(): boolean {
    return this.#delivered.every(Boolean) && this.#inFlight.every((frames) => frames.length <= 1);
  }

  /** Key frames can be asked for the next frame: the others are of higher temporal layers. */
  get acceptsKeyFrame(): boolean {
    return this.#nextPicture.layer === 0;
  }

  get #nextPicture(): TemporalPicture {
    const { pictures } = this.#options.temporal;
    return pictures[this.#frames % pictures.length];
  }

  /**
   * @param keyFrames bit mask of the layers that start anew with this frame, heeded where `acceptsKeyFrame`; the
   * first frame is a key frame in every layer
   * @returns false when the frame was dropped, because the encoder is behind or gone
   */
  write(frame: RawFrame, keyFrames: number): boolean {
    const { stdin } = this.#child;
    if (this.#closed || !stdin || stdin.destroyed) return false;
    const oldest = Math.min(...this.#inFlight.map((frames) => frames[0]?.timeMs ?? Infinity));
    const patienceMs = this.#delivered.every(Boolean) ? STALL_MS : START_MS;
    if (frame.timeMs - oldest > patienceMs) this.#child.kill('SIGKILL');
    if (this.#inFlight.some((frames) => frames.length >= MAX_IN_FLIGHT)) return false;
    if (frame.pixels.length !== i420Bytes(this.#options.width, this.#options.height)) {
      throw new RangeError(`a frame of ${frame.pixels.length} bytes`);
    }
    // ffmpeg counts from the first frame: its time is 0 and without flags, or all others would be read wrongly.
    const flags = this.acceptsKeyFrame && this.#frames > 0 ? keyFrames : 0;
    const timestampUs = this.#timestamp(frame.timeMs) + flags;
    const temporal = this.#nextPicture;
    for (const frames of this.#inFlight) frames.push({ timestampUs, timeMs: frame.timeMs, temporal });
    this.#frames++;
    stdin.write(matroskaFrameHeader(timestampUs, frame.pixels.length));
    stdin.write(frame.pixels);
    return true;
  }

  /** Lets what was written come out, then ends the process. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) {
      return;
    }
    const exited = once(this.#child, 'close');
    if (!this.#closed) {
      this.#closed = true;
      this.#child.stdin?.end();
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_MS);
      this.#child.once('close', () => clearTimeout(timer));
    }
    await exited;
  }

  #timestamp(timeMs: number): number {
    this.#firstTimeMs ??= timeMs;
    const steps = Math.round(((timeMs - this.#firstTimeMs) * 1000) / STEP_US);
    this.#lastTimestampUs = Math.max(steps * STEP_US, this.#lastTimestampUs + STEP_US);
    return this.#lastTimestampUs;
  }

  #readLayer(layer: number): void {
    const pipe = this.#child.stdio[FIRST_OUTPUT_FD + layer];
    if (!(pipe instanceof Readable)) return;
    const reader = new IvfReader();
    pipe.on('error', () => undefined);
    pipe.on('data', (piece: Buffer) => {
      for (const { timestamp, data } of reader.read(piece)) this.#deliver(layer, timestamp, data);
    });
  }

  #deliver(layer: number, timestampUs: number, data: Buffer): void {
    const frames = this.#inFlight[layer];
    const index = frames.findIndex((frame) => frame.timestampUs === timestampUs);
    if (index === -1) return;
    const { timeMs, temporal } = frames[index];
    frames.splice(0, index + 1);
    this.#delivered[layer] = true;
    const key = isVp8KeyFrame(data);
    this.#options.onFrame(layer, {
      timeMs,
      key,
      temporal: key ? this.#options.temporal.pictures[0] : temporal,
      data,
    });
  }

  #complain(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-MAX_COMPLAINT);
  }
}
