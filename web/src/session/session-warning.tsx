import type { SessionStatus } from '@haven/protocol';
import type { SessionWatch } from './session-watch.ts';
import { sessionWarning } from './session-words.ts';
import styles from './session.module.css';
import { useNow } from './use-now.ts';

type SessionWarningProps = { watch: Pick<SessionWatch, 'now'>; status: SessionStatus; onWall: boolean };

/** Says in time that the session is about to lock or to end. */
export function SessionWarning({ watch, status, onWall }: SessionWarningProps) {
  const now = useNow(watch.now);
  const warning = sessionWarning(status, now, onWall);
  if (warning === null) return null;
  return (
    <p className={styles.warning} role="alert">
      {warning}
    </p>
  );
}
