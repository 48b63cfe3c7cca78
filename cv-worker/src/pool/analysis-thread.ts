import type { Logger } from 'pino';
import type { AnalyzerOutput } from '../analyzer.ts';
import type { FacePlace } from '../pace/layer-choice.ts';
import type { FrameBuffers } from '../tap/frame-buffers.ts';
import type { TapFrame } from '../tap/frame-gate.ts';
import { FrameQueue } from './frame-queue.ts';
import type { AnalysedMode, FromThread, ThreadUsage } from './messages.ts';
import { StreamStatistics } from './stream-statistics.ts';
import { WatchedWorker } from './watched-worker.ts';

/** Frames that a thread has at once: one being analysed, one so that it need not wait for the next. */
const MAX_OUTSTANDING = 2;
/** Waits before starting a thread after 0, 1, 2, … short-lived ones in a row, ms. */
const RESTART_AFTER_MS = [0, 500, 1000, 2000, 5000] as const;
/** A thread that lived this long was not short-lived, ms. */
const STABLE_MS = 30_000;

type PinnedStream = { mode: AnalysedMode; queue: FrameQueue; statistics: StreamStatistics };

export type AnalysisThreadOptions = {
  /** Module that the thread runs: it calls `serveAnalysis`. */
  entry: URL;
  buffers: FrameBuffers;
  logger: Logger;
  onOutput: (stream: string, output: AnalyzerOutput, face: FacePlace | null) => void;
  /** @param latencyMs from the frame's arrival at the pool */
  onAnalysed: (latencyMs: number) => void;
  onDropped: () => void;
  /** The analyzer of this stream begins anew. */
  onRestarted: (stream: string) => void;
};

/** A worker thread and the streams pinned to it. One that crashes or hangs is replaced; its streams go on there. */
export class AnalysisThread {
  readonly #options: AnalysisThreadOptions;
  /** In the order of their turns. */
  readonly #streams = new Map<string, PinnedStream>();
  readonly #firstStart = Promise.withResolvers<undefined>();
  #worker: WatchedWorker;
  #startedAt = performance.now();
  /** When the frames that the thread has came to the pool, oldest first. */
  #arrivals: number[] = [];
  #shortLived = 0;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: AnalysisThreadOptions) {
    this.#options = options;
    this.#firstStart.promise.catch(() => undefined);
    this.#worker = this.#start();
  }

  /** @throws Error when the first thread ends before it has loaded its models */
  async ready(): Promise<void> {
    await this.#firstStart.promise;
  }

  get busy(): boolean {
    return this.#worker.outstanding > 0;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  get queuedFrames(): number {
    let frames = 0;
    for (const { queue } of this.#streams.values()) frames += queue.length;
    return frames;
  }

  /** How many threads were replaced. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Of about a second ago; null before the first. */
  get usage(): ThreadUsage | null {
    return this.#worker.usage;
  }

  statisticsOf(stream: string): StreamStatistics | undefined {
    return this.#streams.get(stream)?.statistics;
  }

  open(stream: string, mode: AnalysedMode): void {
    this.#streams.set(stream, { mode, queue: new FrameQueue(), statistics: new StreamStatistics() });
    this.#worker.send({ type: 'open', stream, mode });
  }

  closeStream(stream: string): void {
    const pinned = this.#streams.get(stream);
    if (pinned === undefined) return;
    this.#streams.delete(stream);
    this.#recycle(pinned.queue.clear());
    this.#worker.send({ type: 'close', stream });
  }

  /** Takes over the frame and its buffer. */
  push(stream: string, frame: TapFrame): void {
    const pinned = this.#streams.get(stream);
    if (pinned === undefined) {
      this.#recycle([frame]);
      return;
    }
    const dropped = pinned.queue.push({ frame, arrivedAt: performance.now() });
    if (dropped !== null) {
      pinned.statistics.framesDropped += 1;
      this.#options.onDropped();
      this.#recycle([dropped]);
    }
    this.#dispatch();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restartTimer);
    this.#firstStart.reject(new Error('the pool was closed'));
    await this.#worker.close();
  }

  #start(): WatchedWorker {
    this.#startedAt = performance.now();
    const worker = new WatchedWorker(this.#options.entry, {
      onMessage: (message) => this.#receive(message),
      onEnded: (reason) => this.#replace(reason),
    });
    for (const [stream, { mode }] of this.#streams) worker.send({ type: 'open', stream, mode });
    return worker;
  }

  #replace(reason: string): void {
    this.#firstStart.reject(new Error(`the analysis cannot be started: ${reason}`));
    const stable = performance.now() - this.#startedAt >= STABLE_MS;
    this.#shortLived = stable ? 0 : this.#shortLived + 1;
    const wait = RESTART_AFTER_MS[Math.min(this.#shortLived - 1, RESTART_AFTER_MS.length - 1)] ?? 0;
    this.#options.logger.error({ reason, retryAfterMs: wait }, 'an analysis thread died and is replaced');
    this.#arrivals = [];
    this.#restarts += 1;
    this.#restartTimer = setTimeout(() => {
      if (this.#closed) return;
      this.#worker = this.#start();
      for (const stream of this.#streams.keys()) this.#options.onRestarted(stream);
    }, wait);
  }

  #receive(message: FromThread): void {
    if (message.type === 'ready') {
      this.#firstStart.resolve(undefined);
    } else if (message.type === 'analysed') {
      this.#options.buffers.recycle(message.pixels);
      this.#countAnalysed(message.stream);
    } else if (message.type === 'usage') {
      return;
    } else if (!this.#streams.has(message.stream)) {
      return;
    } else if (message.type === 'output') {
      this.#options.onOutput(message.stream, message.output, message.face);
    } else {
      this.#options.logger.error({ reason: message.message }, 'an analyzer failed and begins anew');
      this.#options.onRestarted(message.stream);
    }
    this.#dispatch();
  }

  #countAnalysed(stream: string): void {
    const arrivedAt = this.#arrivals.shift();
    if (arrivedAt === undefined) return;
    const now = performance.now();
    this.statisticsOf(stream)?.analysed(now, now - arrivedAt);
    this.#options.onAnalysed(now - arrivedAt);
  }

  /** Gives the thread frames while it has room, each stream in its turn. */
  #dispatch(): void {
    while (this.#worker.ready && this.#worker.outstanding < MAX_OUTSTANDING) {
      const turn = Array.from(this.#streams).find(([, { queue }]) => queue.length > 0);
      if (turn === undefined) return;
      const [stream, pinned] = turn;
      this.#streams.delete(stream);
      this.#streams.set(stream, pinned);
      const queued = pinned.queue.shift();
      if (queued === null) return;
      this.#arrivals.push(queued.arrivedAt);
      this.#worker.send({ type: 'frame', stream, frame: queued.frame });
    }
  }

  #recycle(frames: TapFrame[]): void {
    for (const { pixels } of frames) this.#options.buffers.recycle(pixels);
  }
}
