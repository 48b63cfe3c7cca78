import type { BreakGlass } from '@haven/protocol';
import { useState } from 'react';
import { sentenceOf } from '../core/sentences.ts';
import controls from '../ui/controls.module.css';
import { timeOfDay } from './session-words.ts';
import styles from './session.module.css';

type EmergencyAccessBannerProps = { access: BreakGlass; onEnd: (id: string) => Promise<void> };

/** Says, as long as it runs, that this user is in a room only for an emergency. */
export function EmergencyAccessBanner({ access, onEnd }: EmergencyAccessBannerProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const end = async () => {
    setBusy(true);
    await onEnd(access.id).catch((error: unknown) => setProblem(sentenceOf(error)));
    setBusy(false);
  };
  return (
    <div className={styles.emergency} role="status">
      <span>
        <strong>Emergency access</strong> to {access.roomId} until {timeOfDay(access.endsAt)}. It is reviewed
        afterwards. {problem}
      </span>
      <button type="button" className={controls.button} disabled={busy} onClick={() => void end()}>
        End it now
      </button>
    </div>
  );
}
