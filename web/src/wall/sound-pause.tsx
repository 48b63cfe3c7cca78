import type { SoundPause } from '@haven/protocol';
import type { AlarmActions } from '../core/alarm-actions.ts';
import { countdownWords, secondsLeft } from '../core/alert-view.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import { useAction } from '../ui/use-action.ts';
import { SoundOffSymbol } from './alert-symbol.tsx';
import styles from './sound-pause.module.css';

/** How long the room's sound is off after a click, s: the longest that may be. */
const PAUSE_S = 120;

/** In the header, while sound is on. */
export function PauseButton({ actions }: { actions: Pick<AlarmActions, 'pause'> }) {
  const { busy, problem, run } = useAction();
  return (
    <>
      <button
        type="button"
        className={controls.button}
        disabled={busy}
        data-testid={testIds.pauseSound}
        onClick={() => void run('Sound is not paused.', () => actions.pause(PAUSE_S))}
      >
        <SoundOffSymbol /> Pause sound 2 min
      </button>
      {problem !== null && (
        <span className={styles.problem} role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

type SoundPausedProps = {
  pause: SoundPause | null;
  serverNow: number;
  /** null for a user who may not end it. */
  actions: Pick<AlarmActions, 'resume'> | null;
};

/** Across the wall of every station while the room's sound is paused. */
export function SoundPaused({ pause, serverNow, actions }: SoundPausedProps) {
  const { busy, problem, run } = useAction();
  const left = secondsLeft(pause, serverNow);
  if (pause === null || left === 0) return null;
  return (
    <div className={styles.paused} data-testid={testIds.soundPaused}>
      <SoundOffSymbol />
      <p>
        <span role="status">
          <strong>SOUND PAUSED</strong> by {pause.userName}
        </span>
        . A new high alert sounds at once, all others again in{' '}
        <strong className={styles.countdown} role="timer" data-testid={testIds.soundPausedLeft}>
          {countdownWords(left)}
        </strong>
      </p>
      {actions !== null && (
        <button
          type="button"
          className={styles.resume}
          disabled={busy}
          data-testid={testIds.resumeSound}
          onClick={() => void run('Sound is still paused.', () => actions.resume())}
        >
          Sound on again
        </button>
      )}
      {problem !== null && <span role="alert">{problem}</span>}
    </div>
  );
}
