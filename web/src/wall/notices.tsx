import type { Patient } from '@haven/protocol';
import type { MediaNotice } from '../core/media-notices.ts';
import { unreachedBeds } from '../core/reach-words.ts';
import { testIds } from '../test-ids.ts';
import styles from './notices.module.css';

export function AlarmsOff() {
  return (
    <div className={styles.alarmsOff} role="alert" data-testid={testIds.alarmsOff}>
      <strong>ALARMS OFF</strong> — connection to Haven lost. Watch the patients directly.
    </div>
  );
}

/** Read out at once when it comes, and when it is about other beds. */
export function BedsOff({ patients }: { patients: readonly Patient[] }) {
  return (
    <div className={styles.bedsOff} role="alert" data-testid={testIds.bedsOff}>
      <strong>ALARMS OFF</strong> for {unreachedBeds(patients)} — server not reached: neither values nor
      alarms arrive. Watch these patients directly.
    </div>
  );
}

export function SoundBlocked({ onUnblock }: { onUnblock: () => void }) {
  return (
    <button
      type="button"
      className={styles.soundBlocked}
      onClick={onUnblock}
      data-testid={testIds.soundBlocked}
    >
      Sound is blocked by the browser: alarms are silent. Click to enable.
    </button>
  );
}

/** What is not as it should be, or must be known, in a line across the wall. */
export function Notice({ words, kind }: { words: string; kind: 'problem' | 'advice' }) {
  return (
    <p
      className={styles.notice}
      data-kind={kind}
      role={kind === 'problem' ? 'status' : undefined}
      data-testid={kind === 'problem' ? testIds.problem : undefined}
    >
      {words}
    </p>
  );
}

/** Read out when they come, after whatever is more pressing; the place is always there, or nothing would be read. */
export function MediaNotices({ notices }: { notices: readonly MediaNotice[] }) {
  return (
    <div className={styles.media} role="status">
      {notices.map(({ about, words }) => (
        <p key={about} className={styles.notice} data-about={about} data-testid={testIds.mediaNotice}>
          {words}
        </p>
      ))}
    </div>
  );
}
