import type { Alert, AlertLimits } from '@haven/protocol';
import { useId, useState } from 'react';
import { alertWords, PRIORITY_WORDS } from '../core/alert-view.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { AlertSymbol } from '../wall/alert-symbol.tsx';
import { AlertLife } from './alert-life.tsx';
import { dayWords } from './day-words.ts';
import styles from './patient-panel.module.css';
import type { AlertHistoryPages } from './use-alert-history.ts';

type HistoryProps = { request: SignedInApi; history: AlertHistoryPages; limits: AlertLimits | null };

/** The patient's alerts, newest first; each opens to its whole life. */
export function HistorySection({ request, history, limits }: HistoryProps) {
  const { alerts, more, busy, problem, older } = history;
  return (
    <section className={styles.section} aria-labelledby="history-title" data-testid={testIds.history}>
      <h3 id="history-title">Alerts so far</h3>
      {alerts.length === 0 && problem === null && <p>{busy ? 'Loading …' : 'No alert yet.'}</p>}
      <ul className={styles.history}>
        {alerts.map((alert) => (
          <HistoryRow key={alert.id} alert={alert} request={request} limits={limits} />
        ))}
      </ul>
      {problem !== null && (
        <p className={controls.error} role="status">
          {problem}
        </p>
      )}
      {(more || problem !== null) && (
        <button type="button" className={controls.button} disabled={busy} onClick={older}>
          {problem === null ? 'Older alerts' : 'Try again'}
        </button>
      )}
    </section>
  );
}

type HistoryRowProps = { alert: Alert; request: SignedInApi; limits: AlertLimits | null };

function HistoryRow({ alert, request, limits }: HistoryRowProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const { acknowledgement } = alert;
  return (
    <li>
      <button
        type="button"
        className={styles.historyRow}
        aria-expanded={open}
        aria-controls={id}
        data-priority={alert.priority}
        data-testid={testIds.historyRow}
        onClick={() => setOpen(!open)}
      >
        <span className={styles.historySymbol}>
          <AlertSymbol priority={alert.priority} />
        </span>
        <span>
          <strong>
            {dayWords(alert.startedAt)} {PRIORITY_WORDS[alert.priority]} {alertWords(alert)}
          </strong>
          {alert.source === 'synthetic' && ' SIMULATED'}
          <span className={styles.soft}>
            {' '}
            {acknowledgement === null ? 'not acknowledged' : `acknowledged by ${acknowledgement.userName}`}
          </span>
        </span>
      </button>
      {/* A newer version of it is read anew. */}
      {open && <AlertLife key={alert.version} id={id} request={request} alertId={alert.id} limits={limits} />}
    </li>
  );
}
