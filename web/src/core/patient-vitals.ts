import { WITHHELD_WORDS, type AnalysisMode, type VitalName } from '@haven/protocol';
import { MODE_WORDS } from './analysis-words.ts';
import { viewVital, type VitalView } from './freshness.ts';
import { viewScore, type ScoreView } from './score-view.ts';
import type { PatientState } from './wall-state.ts';
import type { Moment } from './alarm-channel.ts';

/** A patient's values as they are to be shown now. */
export type PatientVitals = {
  pulse: VitalView;
  /** null while the analysis says nothing about breathing at all. */
  breathing: VitalView | null;
  /** Variability of the beats' intervals, ms; null while the analysis says nothing about it. */
  sdnn: VitalView | null;
  rmssd: VitalView | null;
  /** Whether somebody is there, as far as that is known. */
  present: boolean | null;
  /** Pictures a second that are analysed, while fewer than usual. */
  reducedFrameRate: number | null;
  score: ScoreView | null;
};

/** @param connected signalling works: values are being kept up to date */
export function viewPatientVitals(state: PatientState, moment: Moment, connected: boolean): PatientVitals {
  const measured = state.vitals?.vitals ?? [];
  const view = (name: VitalName) =>
    viewVital({
      vital: measured.find((vital) => vital.name === name),
      receivedAt: state.vitalsAt,
      now: moment.now,
      serverNow: moment.serverNow,
      streaming: state.stream !== null,
      connected,
    });
  const told = (name: VitalName) => (measured.some((vital) => vital.name === name) ? view(name) : null);
  const { stream } = state;
  const paused = stream !== null && stream.privacy !== null;
  const off = stream === null ? undefined : notMeasured(paused ? 'privacy' : state.patient.analysisMode);
  const pulse = off ?? view('pulse');
  const rate = (name: VitalName) => (off === undefined ? told(name) : null);
  const breathing = rate('breathing');
  const presence = !paused && PRESENCE_WATCHED.has(state.patient.analysisMode) ? told('presence') : null;
  return {
    pulse,
    breathing,
    sdnn: rate('sdnn'),
    rmssd: rate('rmssd'),
    present: presence === null || presence.state === 'withheld' ? null : presence.value > 0,
    reducedFrameRate: state.vitals?.reducedFrameRate ?? null,
    score: viewScore(pulse, breathing),
  };
}

/** A rate that nobody wants measured is said at once, not when the analysis says so. */
function notMeasured(why: AnalysisMode | 'privacy'): VitalView | undefined {
  const words = NOT_MEASURED[why];
  if (words === undefined) return undefined;
  return { state: 'withheld', reason: why === 'privacy' ? 'privacy' : 'presence-only', words };
}

const NOT_MEASURED: Readonly<Partial<Record<AnalysisMode | 'privacy', string>>> = {
  presence: WITHHELD_WORDS['presence-only'],
  off: MODE_WORDS.off,
  privacy: WITHHELD_WORDS.privacy,
};
const PRESENCE_WATCHED: ReadonlySet<AnalysisMode> = new Set(['both', 'presence']);
