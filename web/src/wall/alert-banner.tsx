import type { Alert, Patient } from '@haven/protocol';
import { useState } from 'react';
import { alertWords, compareAlerts, patientWords, PRIORITY_WORDS } from '../core/alert-view.ts';
import { sentenceOf } from '../core/sentences.ts';
import { testIds } from '../test-ids.ts';
import styles from './alert-banner.module.css';
import { AlertSymbol } from './alert-symbol.tsx';
import priority from './priority.module.css';

type AlertBannerProps = {
  /** Alerts on screen. */
  alerts: readonly Alert[];
  patientOf: (patientId: string) => Patient | undefined;
  /** Rejects with a HavenError or an UnreachableError. */
  onAcknowledge: (alertId: string) => Promise<void>;
};

/** Every alert of the room, most urgent first. */
export function AlertBanner({ alerts, patientOf, onAcknowledge }: AlertBannerProps) {
  if (alerts.length === 0) return null;
  return (
    <section className={styles.banner} aria-label="Alerts" data-testid={testIds.alertBanner}>
      <ul className={styles.list}>
        {alerts.toSorted(compareAlerts).map((alert) => (
          <AlertRow
            key={alert.id}
            alert={alert}
            patient={patientOf(alert.patientId)}
            onAcknowledge={onAcknowledge}
          />
        ))}
      </ul>
    </section>
  );
}

type AlertRowProps = {
  alert: Alert;
  patient: Patient | undefined;
  onAcknowledge: (alertId: string) => Promise<void>;
};

function AlertRow({ alert, patient, onAcknowledge }: AlertRowProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { acknowledgement } = alert;
  const acknowledge = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await onAcknowledge(alert.id);
    } catch (error) {
      setProblem(`Not acknowledged. ${sentenceOf(error)}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li
      className={`${styles.row} ${priority.priority}`}
      data-testid={testIds.alertRow}
      data-priority={alert.priority}
      data-acknowledged={acknowledgement !== null}
      data-patient={alert.patientId}
      data-rule={alert.rule}
    >
      <AlertSymbol priority={alert.priority} />
      <span className={styles.words}>
        <span className={styles.priority}>{PRIORITY_WORDS[alert.priority]}</span> {alertWords(alert)} —{' '}
        {patientWords(patient, alert.patientId)}
        {alert.source === 'synthetic' && <span className={styles.simulated}>SIMULATED</span>}
        {problem !== null && (
          <span className={styles.problem} role="alert">
            {problem}
          </span>
        )}
      </span>
      {acknowledgement === null ? (
        <button
          type="button"
          className={styles.acknowledge}
          disabled={busy}
          data-testid={testIds.acknowledge}
          onClick={() => void acknowledge()}
        >
          Acknowledge
        </button>
      ) : (
        <span className={styles.acknowledged} data-testid={testIds.acknowledgedBy}>
          Acknowledged by {acknowledgement.userName}, {timeWords(acknowledgement.at)}
        </span>
      )}
    </li>
  );
}

const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

function timeWords(at: number): string {
  return timeFormat.format(at);
}
