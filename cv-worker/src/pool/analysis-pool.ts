import type { TapFrame } from '../tap/tap.ts';
import { AnalysisThread, type AnalysisThreadOptions } from './analysis-thread.ts';
import type { StreamStatistics } from './stream-statistics.ts';

/** Threads that analyse streams; each stream is pinned to the one that had the fewest. */
export class AnalysisPool {
  readonly #threads: readonly AnalysisThread[];
  readonly #pins = new Map<string, AnalysisThread>();
  readonly #options: AnalysisThreadOptions;

  private constructor(threads: readonly AnalysisThread[], options: AnalysisThreadOptions) {
    this.#threads = threads;
    this.#options = options;
  }

  /**
   * Starts the threads and waits until they have loaded their models.
   * @throws Error when they cannot
   */
  static async create(threadCount: number, options: AnalysisThreadOptions): Promise<AnalysisPool> {
    const threads = Array.from({ length: threadCount }, () => new AnalysisThread(options));
    try {
      await Promise.all(threads.map((thread) => thread.ready()));
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.close()));
      throw error;
    }
    return new AnalysisPool(threads, options);
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

  open(stream: string): void {
    if (this.#pins.has(stream)) throw new Error('the stream is analysed already');
    const [thread] = this.#threads.toSorted((a, b) => a.streamCount - b.streamCount);
    this.#pins.set(stream, thread);
    thread.open(stream);
  }

  closeStream(stream: string): void {
    this.#pins.get(stream)?.closeStream(stream);
    this.#pins.delete(stream);
  }

  /** Takes over the frame and its buffer; a stream that is not open has its frames dropped. */
  push(stream: string, frame: TapFrame): void {
    const thread = this.#pins.get(stream);
    if (thread === undefined) this.#options.buffers.recycle(frame.rgb);
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
