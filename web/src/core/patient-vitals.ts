import { viewVital, type VitalView } from './freshness.ts';
import { viewScore, type ScoreView } from './score-view.ts';
import type { PatientState } from './wall-state.ts';
import type { Moment } from './alarm-channel.ts';

/** A patient's values as they are to be shown now. */
export type PatientVitals = {
  pulse: VitalView;
  /** null while the analysis says nothing about breathing at all. */
  breathing: VitalView | null;
  score: ScoreView | null;
};

/** @param connected signalling works: values are being kept up to date */
export function viewPatientVitals(state: PatientState, moment: Moment, connected: boolean): PatientVitals {
  const view = (name: 'pulse' | 'breathing') =>
    viewVital({
      vital: state.vitals?.vitals.find((vital) => vital.name === name),
      receivedAt: state.vitalsAt,
      now: moment.now,
      serverNow: moment.serverNow,
      streaming: state.stream !== null,
      connected,
    });
  const pulse = view('pulse');
  const hasBreathing = state.vitals?.vitals.some(({ name }) => name === 'breathing') === true;
  const breathing = hasBreathing ? view('breathing') : null;
  return { pulse, breathing, score: viewScore(pulse, breathing) };
}
