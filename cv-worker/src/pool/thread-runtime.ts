import { parentPort, workerData } from 'node:worker_threads';
import type { AnalyzerOutput } from '../analyzer.ts';
import type { Frame } from '../frame.ts';
import type { Box } from '../face/box.ts';
import type { FacePlace } from '../pace/layer-choice.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  threadDataSchema,
  type AnalysedMode,
  type FromThread,
  type ThreadUsage,
  type ToThread,
} from './messages.ts';

/** Each analyzer hears once a second what time it is, also when no frame comes, ms. */
const TICK_INTERVAL_MS = 1000;

/** What a thread runs for each stream. It keeps nothing of a frame's pixels after `push`. */
export type StreamAnalyzer = {
  push(frame: Frame): AnalyzerOutput;
  tick(nowMs: number): AnalyzerOutput;
  /** The patient's face in the last frame, px of that frame. */
  face(): { box: Box } | null;
};

/** What a thread loads once for all its streams. */
export type ThreadAnalysis = {
  create(mode: AnalysedMode): StreamAnalyzer;
  /** How many tensors exist. */
  tensors(): number;
};

type OpenStream = { mode: AnalysedMode; analyzer: StreamAnalyzer; frame: Omit<Frame, 'pixels'> | null };

type Post = (message: FromThread, transfer?: ArrayBuffer[]) => void;

/** Serves the pool from within a worker thread: frames and ticks of all its streams, one after the other. */
export async function serveAnalysis(load: () => Promise<ThreadAnalysis>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread only');
  const beats = new Int32Array(threadDataSchema.parse(workerData).heartbeat);
  const beat = () => Atomics.add(beats, 0, 1);
  setInterval(beat, HEARTBEAT_INTERVAL_MS);
  const streams = new ThreadStreams(await load(), (message, transfer) => port.postMessage(message, transfer));
  port.on('message', (message: ToThread) => {
    streams.receive(message);
    // Up to a thousand messages are taken before a timer has its turn: who is behind is alive.
    beat();
  });
  setInterval(() => streams.tick(Date.now()), TICK_INTERVAL_MS);
  port.postMessage({ type: 'ready' } satisfies FromThread);
}

class ThreadStreams {
  readonly #analysis: ThreadAnalysis;
  readonly #post: Post;
  readonly #streams = new Map<string, OpenStream>();

  constructor(analysis: ThreadAnalysis, post: Post) {
    this.#analysis = analysis;
    this.#post = post;
  }

  receive(message: ToThread): void {
    const { stream } = message;
    if (message.type === 'open') {
      const { mode } = message;
      this.#streams.set(stream, { mode, analyzer: this.#analysis.create(mode), frame: null });
    } else if (message.type === 'close') {
      this.#streams.delete(stream);
    } else {
      const { pixels, ...frame } = message.frame;
      const open = this.#streams.get(stream);
      if (open !== undefined) open.frame = frame;
      this.#run(stream, (analyzer) => analyzer.push(message.frame));
      this.#post({ type: 'analysed', stream, pixels }, [pixels.buffer]);
    }
  }

  tick(nowMs: number): void {
    for (const stream of this.#streams.keys()) this.#run(stream, (analyzer) => analyzer.tick(nowMs));
    this.#post({ type: 'usage', usage: this.#usage() });
  }

  /** An analyzer that throws is in a state that nobody knows: it begins anew. */
  #run(stream: string, step: (analyzer: StreamAnalyzer) => AnalyzerOutput): void {
    const open = this.#streams.get(stream);
    if (open === undefined) return;
    try {
      const output = step(open.analyzer);
      if (!saysSomething(output)) return;
      const face = output.vitals === null ? null : placeOf(open);
      this.#post({ type: 'output', stream, output, face });
    } catch (error) {
      open.analyzer = this.#analysis.create(open.mode);
      this.#post({ type: 'failed', stream, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #usage(): ThreadUsage {
    // Of this thread, as is all but `rss`.
    const { heapUsed, external } = process.memoryUsage();
    return { heapBytes: heapUsed, externalBytes: external, tensors: this.#analysis.tensors() };
  }
}

/** In shares of the camera's whole picture. */
function placeOf({ analyzer, frame }: OpenStream): FacePlace | null {
  const box = analyzer.face()?.box;
  if (box === undefined || frame === null) return null;
  const { x, y, scale } = frame.crop ?? { x: 0, y: 0, scale: 1 };
  return {
    x: x + (scale * (box.x + box.width / 2)) / frame.width,
    y: y + (scale * (box.y + box.height / 2)) / frame.height,
    height: (scale * box.height) / frame.height,
  };
}

function saysSomething({ vitals, waveform, events, conditions }: AnalyzerOutput): boolean {
  return vitals !== null || waveform !== null || events.length > 0 || conditions.length > 0;
}
