/** An analysis thread that does what the first byte of a frame tells it to: see {@link script}. */
import type { AnalyzerOutput } from '../../analyzer.ts';
import type { Frame } from '../../frame.ts';
import { serveAnalysis } from '../thread-runtime.ts';
import { script } from './script.ts';

const silent = { vitals: null, waveform: null, events: [], conditions: [] };

/** Reports how many frames it has seen since it began, as the confidence of an event. */
class ScriptedAnalyzer {
  #frames = 0;

  push(frame: Frame): AnalyzerOutput {
    this.#frames += 1;
    const command = frame.pixels[0];
    if (command === script.throw) throw new Error('as told');
    if (command === script.crash) process.exit(7);
    if (command === script.hang) for (;;);
    if (command === script.leakHeap) leak(() => Array.from({ length: 10_000 }, (_, index) => ({ index })));
    if (command === script.leakBuffers) leak(() => new Uint8Array(16_000_000).fill(1));
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

/** Keeps more and more, while the thread goes on with its work. */
function leak(allocate: () => unknown): void {
  const kept: unknown[] = [];
  setInterval(() => kept.push(allocate()), 1);
}

await serveAnalysis(() => Promise.resolve({ create: () => new ScriptedAnalyzer(), tensors: () => 7 }));
