import type { Alert } from '@haven/protocol';
import { bedWords, leadingAlert, PRIORITY_WORDS, ruleWords } from '../core/alert-view.ts';
import type { PatientState } from '../core/wall-state.ts';
import { testIds } from '../test-ids.ts';
import { AlertSymbol } from './alert-symbol.tsx';
import { BedAlarmsOff } from './bed-alarms-off.tsx';
import styles from './locked-beds.module.css';
import priority from './priority.module.css';

type LockedBedsProps = { patients: Iterable<PatientState>; alerts: readonly Alert[] };

/** What anybody who walks by may see: which bed has which alert, and of which none would arrive. */
export function LockedBeds({ patients, alerts }: LockedBedsProps) {
  return (
    <main className={styles.beds} data-testid={testIds.lockedBeds}>
      {[...patients].map(({ patient, reached }) => {
        const leading = leadingAlert(alerts.filter(({ patientId }) => patientId === patient.id));
        return (
          <article key={patient.id} className={styles.bed} aria-label={bedWords(patient.bed)}>
            <h2>{bedWords(patient.bed)}</h2>
            {!reached && <BedAlarmsOff />}
            {leading === null && reached && <p className={styles.quiet}>No alert</p>}
            {leading !== null && (
              <p
                className={`${styles.alert} ${priority.priority}`}
                data-priority={leading.priority}
                data-acknowledged={leading.acknowledgement !== null}
              >
                <AlertSymbol priority={leading.priority} /> {PRIORITY_WORDS[leading.priority]}:{' '}
                {ruleWords(leading)}
              </p>
            )}
          </article>
        );
      })}
    </main>
  );
}
