import type { AnalyzerOutput } from '../../analyzer.ts';
import type { Frame } from '../../frame.ts';
import { script } from './script.ts';

/** Of a frame that takes long, ms. */
const DAWDLE_MS = 400;

const silent = { vitals: null, waveform: null, events: [], conditions: [] };

/**
 * Does what the first byte of a frame tells it to (see {@link script}), and reports how many frames it has seen since it
 * began, as the confidence of an event.
 */
export class ScriptedAnalyzer {
  #frames = 0;

  push(frame: Frame): AnalyzerOutput {
    this.#frames += 1;
    const command = frame.pixels[0];
    if (command === script.throw) throw new Error('as told');
    if (command === script.crash) process.exit(7);
    if (command === script.hang) for (;;);
    if (command === script.leakHeap) leak(() => new Array<number>(1_000_000).fill(0.5));
    if (command === script.leakBuffers) leak(() => new Uint8Array(16_000_000).fill(1));
    if (command === script.dawdle) wait(DAWDLE_MS);
    const at = frame.timeMs;
    const seen = {
      event: 'restless',
      confidence: this.#frames / 1000,
      at,
      startedAt: at,
      evidence: {},
    } as const;
    return { ...silent, at, events: [seen] };
  }

  tick(nowMs: number): AnalyzerOutput {
    return { ...silent, at: nowMs };
  }

  face() {
    return null;
  }
}

function wait(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Keeps more and more, while the thread goes on with its work. */
function leak(allocate: () => unknown): void {
  const kept: unknown[] = [];
  setInterval(() => kept.push(allocate()), 1);
}
