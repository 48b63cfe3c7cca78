import { WITHHELD_WORDS, type AnalysisMode, type VitalName } from '@haven/protocol';
import { MODE_WORDS } from './analysis-words.ts';
import { viewVital, type VitalView } from './freshness.ts';
import { UNREACHED_WORDS } from './reach-words.ts';
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
  const { stream, reached } = state;
  const paused = stream !== null && stream.privacy !== null;
  const off = stream === null ? undefined : notShown(state);
  const pulse = off ?? view('pulse');
  const rate = (name: VitalName) => (off === undefined ? told(name) : null);
  const breathing = rate('breathing');
  const watched = reached && !paused && PRESENCE_WATCHED.has(state.patient.analysisMode);
  const presence = watched ? told('presence') : null;
  return {
    pulse,
    breathing,
    sdnn: rate('sdnn'),
    rmssd: rate('rmssd'),
    present: presence === null || presence.state === 'withheld' ? null : presence.value > 0,
    reducedFrameRate: (reached ? state.vitals?.reducedFrameRate : undefined) ?? null,
    score: viewScore(pulse, breathing),
  };
}

/** Of a rate that nobody wants measured, or that does not arrive, the last value is not shown for a moment longer. */
function notShown({ stream, reached, patient }: PatientState): VitalView | undefined {
  if (stream?.privacy != null) {
    return { state: 'withheld', reason: 'privacy', words: WITHHELD_WORDS.privacy };
  }
  if (!reached) return { state: 'withheld', reason: 'unreached', words: UNREACHED_WORDS };
  const words = NOT_MEASURED[patient.analysisMode];
  return words === undefined ? undefined : { state: 'withheld', reason: 'presence-only', words };
}

const NOT_MEASURED: Readonly<Partial<Record<AnalysisMode, string>>> = {
  presence: WITHHELD_WORDS['presence-only'],
  off: MODE_WORDS.off,
};
const PRESENCE_WATCHED: ReadonlySet<AnalysisMode> = new Set(['both', 'presence']);
