import type { Alert, Patient } from '@haven/protocol';
import { useId, useRef, useState } from 'react';
import type { AlarmActions } from '../core/alarm-actions.ts';
import { alertSaid, countdownWords, PRIORITY_WORDS, secondsLeft } from '../core/alert-view.ts';
import { testIds } from '../test-ids.ts';
import { timeOfDay } from '../session/session-words.ts';
import { useAction } from '../ui/use-action.ts';
import styles from './alert-banner.module.css';
import { AlertMore } from './alert-more.tsx';
import { AlertSymbol, SoundOffSymbol } from './alert-symbol.tsx';
import priority from './priority.module.css';

/** How long the sound of an alert is off after a click, s: the longest that may be. */
const SILENCE_S = 120;

export type AlertRowProps = {
  alert: Alert;
  patient: Patient | undefined;
  serverNow: number;
  /** What the user may do about it; null for one who may only look. */
  actions: Pick<AlarmActions, 'acknowledge' | 'silence'> | null;
  /** Nobody is signed in at the screen now: no name and no measured value. */
  locked: boolean;
};

export function AlertRow({ alert, patient, serverNow, actions, locked }: AlertRowProps) {
  const [open, setOpen] = useState(false);
  const { busy, problem, run } = useAction();
  const moreId = useId();
  const moreButton = useRef<HTMLButtonElement>(null);
  const closeMore = () => {
    setOpen(false);
    moreButton.current?.focus();
  };
  const { acknowledgement, silence } = alert;
  const silentFor = acknowledgement === null ? secondsLeft(silence, serverNow) : 0;
  const acknowledge = (reason?: string) => {
    if (actions !== null) void run('Not acknowledged.', () => actions.acknowledge(alert.id, reason));
  };
  const silenceFor = (seconds: number) => {
    if (actions !== null) void run('Not silenced.', () => actions.silence(alert.id, seconds));
  };
  const { what, whose } = alertSaid(alert, patient, locked);
  return (
    <li
      className={`${styles.row} ${priority.priority}`}
      data-testid={testIds.alertRow}
      data-priority={alert.priority}
      data-acknowledged={acknowledgement !== null}
      data-silenced={silentFor > 0}
      data-patient={alert.patientId}
      data-rule={alert.rule}
    >
      <AlertSymbol priority={alert.priority} />
      <span className={styles.words}>
        <span className={styles.priority}>{PRIORITY_WORDS[alert.priority]}</span> {what} — {whose}
        {alert.source === 'synthetic' && <span className={styles.simulated}>SIMULATED</span>}
        {silence !== null && silentFor > 0 && (
          <span className={styles.silenced} data-testid={testIds.silencedBy}>
            <SoundOffSymbol /> Silenced by {silence.userName}, sounds again in{' '}
            <span className={styles.countdown}>{countdownWords(silentFor)}</span>
          </span>
        )}
        {problem !== null && (
          <span className={styles.problem} role="alert">
            {problem}
          </span>
        )}
      </span>
      {acknowledgement !== null && (
        <span className={styles.acknowledged} data-testid={testIds.acknowledgedBy}>
          ✓ Acknowledged by {acknowledgement.userName}, {timeOfDay(acknowledgement.at)}
          {!locked && acknowledgement.reason !== null && `: ${acknowledgement.reason}`}
        </span>
      )}
      {acknowledgement === null && actions !== null && (
        <span className={styles.actions} role="group" aria-label={`${what}, ${whose}`}>
          <button
            type="button"
            className={styles.action}
            disabled={busy}
            data-testid={testIds.acknowledge}
            onClick={() => acknowledge()}
          >
            Acknowledge
          </button>
          {silentFor === 0 && (
            <button
              type="button"
              className={styles.action}
              disabled={busy}
              data-testid={testIds.silence}
              onClick={() => silenceFor(SILENCE_S)}
            >
              Silence 2 min
            </button>
          )}
          <button
            ref={moreButton}
            type="button"
            className={styles.action}
            aria-expanded={open}
            aria-controls={moreId}
            data-testid={testIds.alertMore}
            onClick={() => setOpen(!open)}
          >
            More …
          </button>
        </span>
      )}
      {acknowledgement === null && actions !== null && open && (
        <AlertMore
          id={moreId}
          busy={busy}
          onAcknowledge={acknowledge}
          onSilence={silenceFor}
          onClose={closeMore}
        />
      )}
    </li>
  );
}
