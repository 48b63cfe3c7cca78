import { MAX_PRIVACY_MINUTES, privacyReasonSchema, type PrivacyReason } from '@haven/protocol';
import { useState } from 'react';
import { PRIVACY_BY, PRIVACY_REASONS, timeLeftWords } from '../core/privacy-view.ts';
import { steadyNow } from '../core/clock.ts';
import { useNow } from '../session/use-now.ts';
import type { BedsideTalkState } from '../talk/bedside-talk.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import type { RunningPrivacy } from './bedside-privacy.ts';
import styles from './bedside-signs.module.css';

/** Offered at the bedside, minutes. */
const MINUTES = [5, 15, 30];
/** How much longer a tap makes a running pause, minutes. */
const LONGER_MINUTES = 15;

type Pause = (reason: PrivacyReason, minutes: number) => void;

/** In place of the picture while it is paused: what that means, who asked for it, how long it lasts, how it ends. */
export function PrivacySign({
  running: { privacy, endsAt },
  onPause,
  onEnd,
}: {
  running: RunningPrivacy;
  onPause: Pause;
  onEnd: () => void;
}) {
  const now = useNow(steadyNow);
  return (
    <section className={styles.sign} aria-labelledby="privacy-sign" data-testid={testIds.bedsidePrivacy}>
      <h2 id="privacy-sign">PRIVACY</h2>
      <p role="status">
        The camera is off: nobody sees the patient, and nothing is measured. For{' '}
        {PRIVACY_REASONS[privacy.reason]}, {PRIVACY_BY[privacy.by]}.
      </p>
      <p className={styles.left} role="timer">
        {timeLeftWords(endsAt, now)}
      </p>
      <div className={styles.buttons}>
        <button
          type="button"
          className={controls.primary}
          data-testid={testIds.bedsidePrivacyEnd}
          onClick={onEnd}
        >
          Camera on again
        </button>
        <button
          type="button"
          className={controls.button}
          onClick={() => onPause(privacy.reason, longer(endsAt - now))}
        >
          {LONGER_MINUTES} more minutes
        </button>
      </div>
    </section>
  );
}

/** While the picture is sent: the ways to pause it. */
export function PrivacyButtons({ onPause }: { onPause: Pause }) {
  const [reason, setReason] = useState<PrivacyReason>('wish');
  return (
    <fieldset className={styles.pause}>
      <legend>Privacy: camera off for</legend>
      <label className={controls.field}>
        Reason
        <select
          className={controls.input}
          value={reason}
          onChange={(event) => setReason(privacyReasonSchema.parse(event.target.value))}
        >
          {privacyReasonSchema.options.map((option) => (
            <option key={option} value={option}>
              {PRIVACY_REASONS[option]}
            </option>
          ))}
        </select>
      </label>
      <div className={styles.buttons}>
        {MINUTES.map((minutes) => (
          <button
            key={minutes}
            type="button"
            className={controls.button}
            data-testid={`${testIds.bedsidePrivacyBegin}-${minutes}`}
            onClick={() => onPause(reason, minutes)}
          >
            {minutes} min
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** While a clinician talks with the patient. */
export function TalkSign({ talk, onEnd }: { talk: NonNullable<BedsideTalkState>; onEnd: () => void }) {
  return (
    <section
      className={styles.sign}
      data-kind="talk"
      aria-labelledby="talk-sign"
      data-testid={testIds.bedsideTalk}
    >
      <h2 id="talk-sign">{talk.clinician} is talking with you</h2>
      <p role="status" data-open={talk.open}>
        {talk.open ? 'MICROPHONE ON: you are heard. Speak as usual.' : 'You will be heard after the tone.'}
      </p>
      <div className={styles.buttons}>
        <button
          type="button"
          className={controls.button}
          data-testid={testIds.bedsideTalkEnd}
          onClick={onEnd}
        >
          End the talk
        </button>
      </div>
    </section>
  );
}

/** @param leftMs of the pause that runs */
function longer(leftMs: number): number {
  return Math.min(MAX_PRIVACY_MINUTES, Math.ceil(leftMs / 60_000) + LONGER_MINUTES);
}
