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
    const at = frame.timeMs;
    return { ...silent, at, events: [{ event: 'restless', confidence: this.#frames / 1000, at }] };
  }

  tick(nowMs: number): AnalyzerOutput {
    return { ...silent, at: nowMs };
  }
}

await serveAnalysis(() => Promise.resolve(() => new ScriptedAnalyzer()));
