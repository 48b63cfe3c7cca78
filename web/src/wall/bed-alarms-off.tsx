import { UNREACHED_WORDS } from '../core/reach-words.ts';
import { testIds } from '../test-ids.ts';
import styles from './bed-alarms-off.module.css';

/** On a bed of which neither values nor alarms arrive, however live its picture is. */
export function BedAlarmsOff() {
  return (
    <p className={styles.off} data-testid={testIds.tileAlarmsOff}>
      <strong>ALARMS OFF</strong> – {UNREACHED_WORDS}
    </p>
  );
}
