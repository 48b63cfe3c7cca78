import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { AnalyzerOutput } from '../analyzer.ts';
import type { FacePlace } from '../pace/layer-choice.ts';
import type { FrameBuffers } from '../tap/frame-buffers.ts';
import type { TapFrame } from '../tap/frame-gate.ts';
import { AnalysisThread } from './analysis-thread.ts';
import type { AnalysedMode, ThreadUsage } from './messages.ts';
import { PoolLoad } from './pool-load.ts';
import type { StreamStatistics } from './stream-statistics.ts';

export type AnalysisPoolEvents = {
  /** `face`: the patient's, when the output has vitals and there is one. */
  output: [stream: string, output: AnalyzerOutput, face: FacePlace | null];
  /** The stream's analyzer begins anew: it failed, or its thread died. */
  restarted: [stream: string];
};

export type AnalysisPoolOptions = {
  threads: number;
  /** Module that each thread runs: it calls `serveAnalysis`. */
  entry: URL;
  /** Where the buffers of frames go when they are not needed any more. */
  buffers: FrameBuffers;
  logger: Logger;
};

/** Threads that analyse streams; each stream is pinned to the one that had the fewest. */
export class AnalysisPool extends EventEmitter<AnalysisPoolEvents> {
  readonly #threads: readonly AnalysisThread[];
  readonly #pins = new Map<string, AnalysisThread>();
  readonly #buffers: FrameBuffers;
  /** Over all streams, those that are gone among them. */
  readonly load = new PoolLoad();

  private constructor({ threads, entry, buffers, logger }: AnalysisPoolOptions) {
    super();
    this.#buffers = buffers;
    const onOutput = (stream: string, output: AnalyzerOutput, face: FacePlace | null) =>
      this.emit('output', stream, output, face);
    const onAnalysed = (latencyMs: number) => this.load.analysed(latencyMs);
    const onDropped = () => this.load.dropped();
    const onRestarted = (stream: string) => this.emit('restarted', stream);
    this.#threads = Array.from(
      { length: threads },
      () => new AnalysisThread({ entry, buffers, logger, onOutput, onAnalysed, onDropped, onRestarted }),
    );
  }

  /**
   * Starts the threads and waits until they have loaded their models.
   * @throws Error when they cannot
   */
  static async create(options: AnalysisPoolOptions): Promise<AnalysisPool> {
    const pool = new AnalysisPool(options);
    try {
      await Promise.all(pool.#threads.map((thread) => thread.ready()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get threads(): number {
    return this.#threads.length;
  }

  get busyThreads(): number {
    return this.#threads.filter((thread) => thread.busy).length;
  }

  get queuedFrames(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.queuedFrames, 0);
  }

  /** How many threads were replaced. */
  get restarts(): number {
    return this.#threads.reduce((sum, thread) => sum + thread.restarts, 0);
  }

  /** Of all threads together, about a second ago. */
  get usage(): ThreadUsage {
    const sum = { heapBytes: 0, externalBytes: 0, tensors: 0 };
    for (const { usage } of this.#threads) {
      if (usage === null) continue;
      sum.heapBytes += usage.heapBytes;
      sum.externalBytes += usage.externalBytes;
      sum.tensors += usage.tensors;
    }
    return sum;
  }

  open(stream: string, mode: AnalysedMode): void {
    if (this.#pins.has(stream)) throw new Error('the stream is analysed already');
    const [thread] = this.#threads.toSorted((a, b) => a.streamCount - b.streamCount);
    this.#pins.set(stream, thread);
    thread.open(stream, mode);
  }

  closeStream(stream: string): void {
    this.#pins.get(stream)?.closeStream(stream);
    this.#pins.delete(stream);
  }

  /** Takes over the frame and its buffer; a stream that is not open has its frames dropped. */
  push(stream: string, frame: TapFrame): void {
    const thread = this.#pins.get(stream);
    if (thread === undefined) this.#buffers.recycle(frame.pixels);
    else thread.push(stream, frame);
  }

  statisticsOf(stream: string): StreamStatistics | undefined {
    return this.#pins.get(stream)?.statisticsOf(stream);
  }

  async close(): Promise<void> {
    this.#pins.clear();
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
