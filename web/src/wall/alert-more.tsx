import { reasonSchema } from '@haven/protocol';
import { useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { testIds } from '../test-ids.ts';
import styles from './alert-banner.module.css';

/** What is said most often, so that one click says it. */
const COMMON_REASONS = [
  'Patient checked',
  'Being treated',
  'Known for this patient',
  'Care in progress',
  'Measured wrongly',
];

type AlertMoreProps = {
  id: string;
  busy: boolean;
  onAcknowledge: (reason: string) => void;
  onSilence: (seconds: number) => void;
  onClose: () => void;
};

/** Shorter than the silence that one click gives, s. */
const SHORT_SILENCE_S = 60;

/** Below the alert's row: acknowledging with a reason, a short silence. */
export function AlertMore({ id, busy, onAcknowledge, onSilence, onClose }: AlertMoreProps) {
  const [reason, setReason] = useState('');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onAcknowledge(reason.trim());
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };
  return (
    <div
      id={id}
      className={styles.more}
      role="group"
      aria-label="Acknowledge with a reason, or silence for a minute"
      onKeyDown={onKey}
    >
      {COMMON_REASONS.map((common) => (
        <button
          key={common}
          type="button"
          className={styles.action}
          disabled={busy}
          data-testid={testIds.commonReason}
          onClick={() => onAcknowledge(common)}
        >
          {common}
        </button>
      ))}
      <form className={styles.reason} onSubmit={submit}>
        <input
          aria-label="Another reason"
          placeholder="Another reason"
          maxLength={reasonSchema.maxLength ?? undefined}
          value={reason}
          data-testid={testIds.reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <button
          type="submit"
          className={styles.action}
          disabled={busy || reason.trim() === ''}
          data-testid={testIds.acknowledgeWithReason}
        >
          Acknowledge
        </button>
      </form>
      <button
        type="button"
        className={styles.action}
        disabled={busy}
        data-testid={testIds.silenceShortly}
        onClick={() => onSilence(SHORT_SILENCE_S)}
      >
        Silence 1 min
      </button>
    </div>
  );
}
