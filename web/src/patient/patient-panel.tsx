import type { Alert } from '@haven/protocol';
import { useCallback, useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { bedWords } from '../core/alert-view.ts';
import type { BedsideActions } from '../core/bedside-actions.ts';
import { limitsOfPatient } from '../core/patient-records.ts';
import { viewPatientVitals } from '../core/patient-vitals.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import type { PatientState } from '../core/wall-state.ts';
import type { Moment } from '../core/alarm-channel.ts';
import type { TalkDesk } from '../talk/talk-desk.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { useLoaded } from '../ui/use-loaded.ts';
import { AnalysisSection } from './analysis-section.tsx';
import { HistorySection } from './history-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { NowSection } from './now-section.tsx';
import styles from './patient-panel.module.css';
import { PrivacySection } from './privacy-section.tsx';
import { ScoreSection } from './score-section.tsx';
import { TalkSection } from './talk-section.tsx';
import { TrendsSection } from './trends.tsx';
import { useAlertHistory } from './use-alert-history.ts';

export type PatientPanelProps = {
  request: SignedInApi;
  state: PatientState;
  /** The patient's alerts that the wall knows, also those that ended. */
  alerts: readonly Alert[];
  moment: Moment;
  connected: boolean;
  mayChangeLimits: boolean;
  mayChangeAnalysis: boolean;
  /** What the user may do about the picture; null for one who may not. */
  bedside: Pick<BedsideActions, 'pausePicture' | 'resumePicture'> | null;
  /** null for a user who may not talk. */
  talk: Pick<TalkDesk, 'state' | 'press' | 'release' | 'end'> | null;
  /** Who talks with the patient now. */
  talker: string | null;
  onClose: () => void;
};

/** More about one patient, beside the wall or over its tiles: the alerts above stay in view and in reach. */
export function PatientPanel(props: PatientPanelProps) {
  const { request, state, alerts, mayChangeLimits, mayChangeAnalysis, talk, onClose } = props;
  const { patient, stream } = state;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    title.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const limits = useMemo(() => limitsOfPatient(request, patient.id), [request, patient.id]);
  const loadedLimits = useLoaded(useCallback(() => limits.read(), [limits]));
  const history = useAlertHistory(request, patient.id, alerts);
  const vitals = viewPatientVitals(state, props.moment, props.connected);
  const inForce = loadedLimits.value?.inForce.limits ?? null;
  const whose = `${bedWords(patient.bed)}, ${patient.name}`;
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };
  return (
    <aside className={styles.panel} aria-label={whose} data-testid={testIds.patientPanel} onKeyDown={onKey}>
      <header className={styles.header}>
        <h2 ref={title} tabIndex={-1}>
          {whose} <span className={styles.soft}>{patient.id}</span>
        </h2>
        {state.stream?.source === 'synthetic' && <span className={styles.simulated}>SIMULATED</span>}
        <button
          type="button"
          className={controls.button}
          data-testid={testIds.patientPanelClose}
          onClick={onClose}
        >
          Back to the wall
        </button>
      </header>
      {stream !== null && talk !== null && (
        <TalkSection
          patientId={patient.id}
          desk={talk}
          supported={stream.talk}
          paused={stream.privacy !== null}
          talker={props.talker}
        />
      )}
      {stream !== null && (
        <PrivacySection
          whose={whose}
          patientId={patient.id}
          privacy={stream.privacy}
          alerts={alerts}
          serverNow={props.moment.serverNow}
          actions={props.bedside}
        />
      )}
      <NowSection vitals={vitals} />
      <ScoreSection vitals={vitals} />
      <TrendsSection request={request} patientId={patient.id} limits={inForce} alerts={history.alerts} />
      <LimitsSection whose={whose} store={limits} loaded={loadedLimits} mayChange={mayChangeLimits} />
      <AnalysisSection
        whose={whose}
        patientId={patient.id}
        mode={patient.analysisMode}
        request={request}
        mayChange={mayChangeAnalysis}
      />
      <HistorySection request={request} history={history} limits={inForce} />
    </aside>
  );
}
