import { parentPort, workerData } from 'node:worker_threads';
import type { AnalyzerOutput } from '../analyzer.ts';
import type { Frame } from '../frame.ts';
import { HEARTBEAT_INTERVAL_MS, threadDataSchema, type FromThread, type ToThread } from './messages.ts';

/** Each analyzer hears once a second what time it is, also when no frame comes, ms. */
const TICK_INTERVAL_MS = 1000;

/** What a thread runs for each stream. It keeps nothing of a frame's pixels after `push`. */
export type StreamAnalyzer = {
  push(frame: Frame): AnalyzerOutput;
  tick(nowMs: number): AnalyzerOutput;
};

type Post = (message: FromThread, transfer?: ArrayBuffer[]) => void;

/**
 * Serves the pool from within a worker thread: frames and ticks of all its streams, one after the other.
 *
 * @param load loads what the thread's analyzers share, and returns how to make one
 */
export async function serveAnalysis(load: () => Promise<() => StreamAnalyzer>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread only');
  const beats = new Int32Array(threadDataSchema.parse(workerData).heartbeat);
  setInterval(() => Atomics.add(beats, 0, 1), HEARTBEAT_INTERVAL_MS);
  const streams = new ThreadStreams(await load(), (message, transfer) => port.postMessage(message, transfer));
  port.on('message', (message: ToThread) => streams.receive(message));
  setInterval(() => streams.tick(Date.now()), TICK_INTERVAL_MS);
  port.postMessage({ type: 'ready' } satisfies FromThread);
}

class ThreadStreams {
  readonly #create: () => StreamAnalyzer;
  readonly #post: Post;
  readonly #analyzers = new Map<string, StreamAnalyzer>();

  constructor(create: () => StreamAnalyzer, post: Post) {
    this.#create = create;
    this.#post = post;
  }

  receive(message: ToThread): void {
    const { stream } = message;
    if (message.type === 'open') {
      this.#analyzers.set(stream, this.#create());
    } else if (message.type === 'close') {
      this.#analyzers.delete(stream);
    } else {
      const { frame } = message;
      this.#run(stream, (analyzer) => analyzer.push(frame));
      this.#post({ type: 'analysed', stream, pixels: frame.pixels }, [frame.pixels.buffer]);
    }
  }

  tick(nowMs: number): void {
    for (const stream of this.#analyzers.keys()) this.#run(stream, (analyzer) => analyzer.tick(nowMs));
  }

  /** An analyzer that throws is in a state that nobody knows: it begins anew. */
  #run(stream: string, step: (analyzer: StreamAnalyzer) => AnalyzerOutput): void {
    const analyzer = this.#analyzers.get(stream);
    if (analyzer === undefined) return;
    try {
      const output = step(analyzer);
      if (saysSomething(output)) this.#post({ type: 'output', stream, output });
    } catch (error) {
      this.#analyzers.set(stream, this.#create());
      this.#post({ type: 'failed', stream, message: error instanceof Error ? error.message : String(error) });
    }
  }
}

function saysSomething({ vitals, waveform, events, conditions }: AnalyzerOutput): boolean {
  return vitals !== null || waveform !== null || events.length > 0 || conditions.length > 0;
}
