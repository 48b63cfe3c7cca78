import type { Alert, Patient } from '@haven/protocol';
import { compareAlerts } from '../core/alert-view.ts';
import { testIds } from '../test-ids.ts';
import styles from './alert-banner.module.css';
import { AlertRow, type AlertRowProps } from './alert-row.tsx';

type AlertBannerProps = {
  /** Alerts on screen. */
  alerts: readonly Alert[];
  patientOf: (patientId: string) => Patient | undefined;
} & Pick<AlertRowProps, 'serverNow' | 'actions' | 'locked'>;

/** Every alert of the room, most urgent first. */
export function AlertBanner({ alerts, patientOf, ...row }: AlertBannerProps) {
  if (alerts.length === 0) return null;
  return (
    <section className={styles.banner} aria-label="Alerts" data-testid={testIds.alertBanner}>
      <ul className={styles.list}>
        {alerts.toSorted(compareAlerts).map((alert) => (
          <AlertRow key={alert.id} alert={alert} patient={patientOf(alert.patientId)} {...row} />
        ))}
      </ul>
    </section>
  );
}
