import type { Vital } from '@haven/protocol';
import { BreathingMonitor } from '../breathing/monitor.ts';
import { PulseMonitor } from '../pulse/monitor.ts';
import type { WaveformPiece } from '../pulse/waveform.ts';
import { emptySample, fillSample, type ColourTrace } from './readers/colour-trace.ts';

const SECOND_MS = 1000;
/** Pulse that breathing is read from, s: its window of 32 s and what settles about it. */
const BREATHING_TRACE_S = 40;

/** What the monitors said at one second of a trace. */
export type TraceSecond = { atMs: number; pulse: Vital; breathing: Vital; waveform: WaveformPiece | null };

/**
 * Gives a trace to the monitors as a live stream would: picture by picture at its own time, judged every second.
 * Breathing has no chest to go by, only the pulse.
 */
export function* runTrace(trace: ColourTrace, kind: 'face' | 'contact'): Generator<TraceSecond> {
  const pulse = new PulseMonitor({ kind });
  const breathing = new BreathingMonitor();
  const sample = emptySample();
  let atMs = trace.timesMs[0];
  for (let i = 0; i < trace.timesMs.length; i++) {
    for (; atMs + SECOND_MS <= trace.timesMs[i]; atMs += SECOND_MS) {
      const now = atMs + SECOND_MS;
      pulse.evaluate();
      const beats = pulse.trace(BREATHING_TRACE_S);
      if (beats !== null) breathing.addPulse(beats);
      breathing.evaluate();
      const waveform = pulse.waveform();
      yield { atMs: now, pulse: pulse.vitalAt(now), breathing: breathing.vitalAt(now), waveform };
    }
    fillSample(trace, i, sample);
    pulse.addSample(trace.timesMs[i], sample);
  }
}
