import type { Alert, Patient } from '@haven/protocol';
import { alertSaid, compareAlerts, PRIORITY_WORDS } from '../core/alert-view.ts';
import styles from './announcer.module.css';

type AnnouncerProps = {
  alerts: readonly Alert[];
  patientOf: (patientId: string) => Patient | undefined;
  /** Nobody is signed in at the screen now: no name and no measured value. */
  locked: boolean;
};

/** Speaks what nobody has acknowledged yet through a screen reader: high alerts at once, the others when it is idle. */
export function Announcer({ alerts, patientOf, locked }: AnnouncerProps) {
  const open = alerts.filter(({ acknowledgement }) => acknowledgement === null).toSorted(compareAlerts);
  const say = (chosen: readonly Alert[]) =>
    chosen.map((alert) => {
      const { what, whose } = alertSaid(alert, patientOf(alert.patientId), locked);
      return (
        <p key={alert.id}>
          {PRIORITY_WORDS[alert.priority]} alert: {what}, {whose}
        </p>
      );
    });
  return (
    <div className={styles.hidden}>
      <div aria-live="assertive" aria-relevant="additions">
        {say(open.filter(({ priority }) => priority === 'high'))}
      </div>
      <div aria-live="polite" aria-relevant="additions">
        {say(open.filter(({ priority }) => priority !== 'high'))}
      </div>
    </div>
  );
}
