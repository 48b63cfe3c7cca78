import type { Vital } from '@haven/protocol';
import { BreathingMonitor } from '../breathing/monitor.ts';
import { PulseMonitor } from '../pulse/monitor.ts';
import type { WaveformPiece } from '../pulse/waveform.ts';
import type { SkinSample } from '../skin-sample.ts';
import { VARIABILITY_TRACE_S, VariabilityMonitor } from '../variability/monitor.ts';
import { emptySample, fillSample, type ColourTrace } from './readers/colour-trace.ts';

const SECOND_MS = 1000;
/** Pulse that breathing is read from, s: its window of 32 s and what settles about it. */
const BREATHING_TRACE_S = 40;

/** What the monitors said at one second of a trace, with the waveform that became final since the one before. */
export type TraceSecond = {
  atMs: number;
  vitals: { pulse: Vital; breathing: Vital; sdnn: Vital; rmssd: Vital };
  waveform: WaveformPiece[];
};

/**
 * Gives a trace to the monitors as a live stream would: picture by picture at its own time, judged every second.
 * Breathing has no chest to go by, only the pulse.
 *
 * @param onSkin takes each sample, valid during the call only
 */
export function* runTrace(
  trace: ColourTrace,
  kind: 'face' | 'contact',
  onSkin?: (timeMs: number, sample: SkinSample) => void,
): Generator<TraceSecond> {
  const monitors = new Monitors(kind);
  const sample = emptySample();
  let waveform: WaveformPiece[] = [];
  let atMs = trace.timesMs[0];
  for (let i = 0; i < trace.timesMs.length; i++) {
    for (; atMs + SECOND_MS <= trace.timesMs[i]; atMs += SECOND_MS) {
      yield { atMs: atMs + SECOND_MS, vitals: monitors.judge(atMs + SECOND_MS), waveform };
      waveform = [];
    }
    fillSample(trace, i, sample);
    onSkin?.(trace.timesMs[i], sample);
    const piece = monitors.add(trace.timesMs[i], sample);
    if (piece !== null) waveform.push(piece);
  }
}

/** The monitors of a stream's skin. */
class Monitors {
  readonly #pulse: PulseMonitor;
  readonly #breathing = new BreathingMonitor();
  readonly #variability = new VariabilityMonitor();

  constructor(kind: 'face' | 'contact') {
    this.#pulse = new PulseMonitor({ kind });
  }

  add(timeMs: number, sample: SkinSample): WaveformPiece | null {
    this.#pulse.addSample(timeMs, sample);
    return this.#pulse.waveform();
  }

  judge(nowMs: number): TraceSecond['vitals'] {
    this.#pulse.evaluate();
    const beats = this.#pulse.trace(BREATHING_TRACE_S);
    if (beats !== null) this.#breathing.addPulse(beats);
    this.#breathing.evaluate();
    if (this.#variability.isDue(nowMs)) {
      this.#variability.addPulse(nowMs, this.#pulse.trace(VARIABILITY_TRACE_S));
    }
    const [sdnn, rmssd] = this.#variability.vitals(nowMs);
    return { pulse: this.#pulse.vitalAt(nowMs), breathing: this.#breathing.vitalAt(nowMs), sdnn, rmssd };
  }
}
