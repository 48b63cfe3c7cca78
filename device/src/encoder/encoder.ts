import type { EncodedFrame, RawFrame } from '../media/frame.ts';
import { type EncoderLayer, MAX_ENCODED_LAYERS } from './encoder-arguments.ts';
import { EncoderProcess } from './encoder-process.ts';
import type { TemporalPattern } from './temporal-pattern.ts';
import { KeyFrameSchedule } from './key-frame-schedule.ts';

/** Wait before a process that died is replaced, ms: doubled by each death, until one has worked for a while. */
const RESPAWN_MS = 200;
const RESPAWN_MAX_MS = 3000;
const HEALTHY_AFTER_MS = 10_000;

export type EncoderOptions = {
  ffmpeg: string;
  width: number;
  height: number;
  temporal: TemporalPattern;
  onFrame: (layer: number, frame: EncodedFrame) => void;
  /** The encoder died and is replaced. */
  onRestart: (complaint: string) => void;
};

/**
 * The simulcast encoder. ffmpeg cannot change its rates while it runs: a change starts a second process beside the
 * first, feeds both until the second keeps pace, and goes over with a frame that is a key frame in every layer.
 */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #keyFrames = new KeyFrameSchedule(MAX_ENCODED_LAYERS);
  readonly #lastTimeMs: number[] = Array.from({ length: MAX_ENCODED_LAYERS }, () => -Infinity);
  /** Layers whose next frame must be a key frame, since the process behind it changed. */
  readonly #waiting = new Set<number>();
  readonly #processes = new Set<EncoderProcess>();
  #layers: readonly EncoderLayer[];
  #current: EncoderProcess | undefined;
  #next: EncoderProcess | undefined;
  #respawnMs = RESPAWN_MS;
  #mayStartAt = -Infinity;
  #startedAt = -Infinity;
  #dropped = 0;
  #closed = false;

  constructor(options: EncoderOptions, layers: readonly EncoderLayer[]) {
    this.#options = options;
    this.#layers = layers;
  }

  /** Pictures that were not encoded because the encoder was behind. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Sizes and rates from now on, lowest layer first; the change shows within a second. */
  configure(layers: readonly EncoderLayer[]): void {
    this.#layers = layers;
  }

  /** The layer's next frame of temporal layer 0 is a key frame, unless it just had one. */
  requestKeyFrame(layer: number): void {
    this.#keyFrames.request(layer);
  }

  encode(frame: RawFrame): void {
    if (this.#closed) return;
    this.#reconcile(frame.timeMs);
    const current = this.#current;
    if (!current) return;
    const starts = this.#startedAt === frame.timeMs;
    const keyFrames = starts
      ? this.#keyFrames.takeAll(frame.timeMs)
      : current.acceptsKeyFrame
        ? this.#keyFrames.take(frame.timeMs)
        : 0;
    if (!current.write(frame, keyFrames)) this.#dropped++;
    this.#next?.write(frame, 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#processes].map((process) => process.close()));
  }

  /** Brings the processes nearer to what is configured, with the frame of this time. */
  #reconcile(timeMs: number): void {
    if (this.#current && this.#next?.ready && this.#next.acceptsKeyFrame) {
      void this.#current.close();
      this.#switchTo(this.#next, timeMs);
      this.#next = undefined;
    }
    if (this.#next && this.#next.layers !== this.#layers) {
      void this.#next.close();
      this.#next = undefined;
    }
    if (timeMs < this.#mayStartAt) return;
    if (!this.#current) {
      this.#switchTo(this.#next ?? this.#start(), timeMs);
      this.#next = undefined;
    } else if (!this.#next && this.#current.layers !== this.#layers) {
      this.#next = this.#start();
    }
  }

  #start(): EncoderProcess {
    const process: EncoderProcess = new EncoderProcess({
      ffmpeg: this.#options.ffmpeg,
      width: this.#options.width,
      height: this.#options.height,
      temporal: this.#options.temporal,
      layers: this.#layers,
      onFrame: (layer, frame) => this.#deliver(process, layer, frame),
      onExit: (complaint) => this.#exited(process, complaint),
    });
    this.#processes.add(process);
    return process;
  }

  #switchTo(process: EncoderProcess, timeMs: number): void {
    this.#current = process;
    this.#startedAt = timeMs;
    for (let layer = 0; layer < MAX_ENCODED_LAYERS; layer++) this.#waiting.add(layer);
  }

  #deliver(process: EncoderProcess, layer: number, frame: EncodedFrame): void {
    if (this.#closed || process === this.#next) return;
    if (frame.timeMs <= this.#lastTimeMs[layer]) return;
    if (process === this.#current && this.#waiting.has(layer)) {
      if (!frame.key || frame.timeMs < this.#startedAt) return;
      this.#waiting.delete(layer);
    }
    this.#lastTimeMs[layer] = frame.timeMs;
    this.#options.onFrame(layer, frame);
  }

  #exited(process: EncoderProcess, complaint: string): void {
    this.#processes.delete(process);
    const failed = process === this.#current || process === this.#next;
    if (process === this.#current) this.#current = undefined;
    if (process === this.#next) this.#next = undefined;
    if (!failed || this.#closed) return;
    const now = Math.max(...this.#lastTimeMs, this.#startedAt);
    if (now - this.#startedAt > HEALTHY_AFTER_MS) this.#respawnMs = RESPAWN_MS;
    this.#mayStartAt = now + this.#respawnMs;
    this.#respawnMs = Math.min(RESPAWN_MAX_MS, this.#respawnMs * 2);
    this.#options.onRestart(complaint);
  }
}
