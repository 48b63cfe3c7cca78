import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { HavenError, type Assignment, type ErrorCode, type TapLayers } from '@haven/protocol';
import type { Crop } from '../frame.ts';
import type { FrameRate, NormalFrameRate } from '../pace/frame-rate.ts';
import type { View } from '../pace/layer-choice.ts';
import type { CvRequester } from '../signalling/requester.ts';
import type { FrameBuffers } from './frame-buffers.ts';
import { FrameGate, type TapFrame } from './frame-gate.ts';
import { FrameWatch } from './frame-watch.ts';
import { LiveDecoder } from './live-decoder.ts';
import type { NutFrame } from './nut.ts';
import type { PortPair, PortPairs } from './ports.ts';
import { describeSession } from './sdp.ts';
import { TapLayerControl } from './tap-layers.ts';

/** Waits before the next attempt after 0, 1, 2, … useless ones in a row, ms: the first retry is immediate. */
const RETRY_AFTER_MS = [0, 250, 1000, 2000, 4000] as const;
/** A decoder that gave pictures and lived this long was useful, ms. */
const USEFUL_MS = 2000;
/** How often the watch over pictures looks, ms. */
const CHECK_INTERVAL_MS = 200;
/** Trying again cannot help: the assignment is void, or its codec is none that a tap decodes. */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set([
  'ASSIGNMENT_UNKNOWN',
  'STALE_EPOCH',
  'UNSUPPORTED_CODEC',
]);

/** Why a decoder ended that was told to show another part of the picture. */
const ANOTHER_VIEW = 'another part of the picture';

export type TapOptions = {
  assignment: Assignment;
  request: CvRequester;
  ports: PortPairs;
  buffers: FrameBuffers;
  /** This machine's address, to which the SFU sends and which ffmpeg binds. */
  address: string;
  ffmpeg: string;
  /** Pictures a second while the machine keeps up. */
  normalRate: NormalFrameRate;
  logger: Logger;
  /** Takes over the picture and its buffer. */
  onFrame: (frame: TapFrame) => void;
  /** Trying again cannot help: it is over. Not called after {@link Tap.close}. */
  onEnded: (code: ErrorCode) => void;
  now?: () => number;
};

/**
 * Keeps an assigned stream's pictures coming: opens the tap at the server, runs a decoder on it, asks for key frames
 * when pictures are missing or damaged, and replaces a decoder that ended or hangs, on fresh ports.
 */
export class Tap {
  readonly #options: TapOptions;
  readonly #now: () => number;
  readonly #gate: FrameGate;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #layers: TapLayerControl;
  #crop: Crop | null = null;
  #decoder: LiveDecoder | null = null;
  #restarts = 0;

  constructor(options: TapOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { assignment, request, normalRate, logger } = options;
    const { assignmentId } = assignment;
    this.#layers = new TapLayerControl({ request, assignmentId, logger, normalRate });
    this.#gate = new FrameGate(normalRate);
    this.#running = this.#run();
  }

  get framesDecoded(): number {
    return this.#gate.decoded;
  }

  /** How many decoders were replaced. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Of the decoder that runs now. */
  get decoderPid(): number | undefined {
    return this.#decoder?.pid;
  }

  /** What the tap sends; null while it is not known. */
  get layers(): TapLayers | null {
    return this.#layers.granted;
  }

  get rate(): FrameRate {
    return this.#gate.rate;
  }

  /** What to show from now on, and how often: another part of the picture takes another decoder. */
  aim(view: View, rate: FrameRate): void {
    this.#gate.rate = rate;
    this.#layers.aim(view.spatialLayer, rate);
    if (view.crop === this.#crop) return;
    this.#crop = view.crop;
    this.#decoder?.kill(ANOTHER_VIEW);
  }

  /** Stops the decoder and gives the ports back. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#decoder?.kill();
    await this.#running;
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    let useless = 0;
    while (!this.#isClosed()) {
      const session = await this.#attempt();
      if (this.#isClosed()) return;
      if (session.final !== null) {
        this.#closing.abort();
        this.#options.onEnded(session.final);
        return;
      }
      if (session.reason === ANOTHER_VIEW) continue;
      useless = session.useful ? 0 : useless + 1;
      const wait = RETRY_AFTER_MS[Math.min(useless, RETRY_AFTER_MS.length - 1)];
      this.#options.logger.warn({ reason: session.reason, retryAfterMs: wait }, 'the tap is opened anew');
      this.#restarts += 1;
      await sleep(wait, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  async #attempt(): Promise<{ reason: string; useful: boolean; final: ErrorCode | null }> {
    const startedAt = this.#now();
    const framesBefore = this.#gate.decoded;
    let pair: PortPair | null = null;
    try {
      pair = await this.#options.ports.allocate();
      const reason = await this.#decode(pair);
      const useful = this.#gate.decoded > framesBefore && this.#now() - startedAt >= USEFUL_MS;
      return { reason, useful, final: null };
    } catch (error) {
      const final = error instanceof HavenError && FINAL_CODES.has(error.code) ? error.code : null;
      return { reason: error instanceof Error ? error.message : String(error), useful: false, final };
    } finally {
      if (pair !== null) this.#options.ports.release(pair);
    }
  }

  /** Runs one decoder from its tap's opening to its end; returns why it ended. */
  async #decode(pair: PortPair): Promise<string> {
    const { assignment, request, address, ffmpeg, buffers } = this.#options;
    const { assignmentId, epoch } = assignment;
    const target = { ip: address, rtpPort: pair.rtp };
    const description = await request('tap:open', {
      assignmentId,
      epoch,
      ...target,
      layers: this.#layers.wanted,
    });
    if (this.#isClosed()) return 'closed';
    this.#layers.opened();
    const crop = this.#crop;
    const sdp = describeSession(description, target);
    const decoder = new LiveDecoder({ ffmpeg, sdp, address, buffers, crop });
    this.#decoder = decoder;
    try {
      await decoder.bound();
      this.#gate.restart();
      const watch = new FrameWatch(this.#now());
      decoder.on('frame', (frame) => {
        watch.frame(this.#now());
        this.#deliver(frame, crop);
      });
      decoder.on('resized', () => this.#gate.interrupt());
      decoder.on('damage', (complaint) => {
        watch.damage();
        this.#options.logger.debug({ complaint }, 'the decoder complains');
      });
      await request('tap:resume', { assignmentId });
      return await this.#watchOver(decoder, watch);
    } finally {
      decoder.kill();
      await decoder.ended;
      this.#decoder = null;
    }
  }

  async #watchOver(decoder: LiveDecoder, watch: FrameWatch): Promise<string> {
    const timer = setInterval(() => {
      const now = this.#now();
      this.#layers.reconcile(now, this.#gate.decoded);
      const remedy = watch.check(now);
      if (remedy === 'key-frame') this.#requestKeyFrame();
      if (remedy === 'restart') decoder.kill('no pictures');
    }, CHECK_INTERVAL_MS);
    try {
      return await decoder.ended;
    } finally {
      clearInterval(timer);
    }
  }

  #deliver(picture: NutFrame, crop: Crop | null): void {
    const frame = this.#gate.take(picture, crop, this.#now());
    if (frame === null || this.#isClosed()) this.#options.buffers.recycle(picture.pixels);
    else this.#options.onFrame(frame);
  }

  #requestKeyFrame(): void {
    const { assignment, request, logger } = this.#options;
    request('tap:key-frame', { assignmentId: assignment.assignmentId }).catch((error: unknown) => {
      logger.debug({ err: error }, 'a key frame could not be asked for');
    });
  }
}
