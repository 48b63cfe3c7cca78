import { useEffect, type KeyboardEvent, type PointerEvent } from 'react';
import { useStore } from '../core/use-store.ts';
import type { TalkDesk, TalkState } from '../talk/talk-desk.ts';
import { testIds } from '../test-ids.ts';
import controls from '../ui/controls.module.css';
import styles from './patient-panel.module.css';
import talkStyles from './talk-section.module.css';

type TalkSectionProps = {
  patientId: string;
  desk: Pick<TalkDesk, 'state' | 'press' | 'release' | 'end'>;
  /** Whether the bedside has a microphone and a loudspeaker. */
  supported: boolean;
  /** The picture is paused: the microphone is not opened either. */
  paused: boolean;
  /** Who talks with the patient now. */
  talker: string | null;
};

type Stage = 'idle' | 'opening' | 'speaking' | 'listening';

const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  idle: 'The patient hears you while you hold the button, then you hear the bedside for 20 s.',
  opening: 'Calling the bedside …',
  speaking: 'SPEAK NOW: the patient hears you.',
  listening: 'LISTENING: the patient does not hear you. Hold to speak again.',
};

/** Held, it talks. */
const HOLD_KEYS = new Set([' ', 'Enter']);

/** Push to talk with this patient. */
export function TalkSection({ patientId, desk, supported, paused, talker }: TalkSectionProps) {
  const state = useStore(desk.state);
  const stage = stageOf(state, patientId);
  const obstacle = stage === 'idle' ? obstacleOf({ supported, paused, talker }) : null;
  useEffect(
    () => () => {
      // Nobody goes on listening to a patient whose panel is closed.
      const last = desk.state.get();
      if (last.kind !== 'idle' && last.patientId === patientId) desk.end();
    },
    [desk, patientId],
  );
  const key = (event: KeyboardEvent, pressed: boolean) => {
    if (!HOLD_KEYS.has(event.key)) return;
    // Otherwise the browser makes a click of it.
    event.preventDefault();
    if (event.repeat) return;
    if (pressed) desk.press(patientId);
    else desk.release();
  };
  const hold = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    desk.press(patientId);
  };
  return (
    <section className={styles.section} aria-labelledby="talk-title" data-testid={testIds.talkSection}>
      <h3 id="talk-title">Talk with the patient</h3>
      {obstacle === null ? (
        <div className={talkStyles.row}>
          <button
            type="button"
            className={talkStyles.hold}
            data-state={stage}
            data-testid={testIds.talkHold}
            aria-pressed={stage === 'speaking'}
            onPointerDown={hold}
            onLostPointerCapture={() => desk.release()}
            onKeyDown={(event) => key(event, true)}
            onKeyUp={(event) => key(event, false)}
            onBlur={() => desk.release()}
            onContextMenu={(event) => event.preventDefault()}
            onClick={({ detail }) => {
              // A screen reader's click cannot be held: it begins, and the next one lets go.
              if (detail !== 0) return;
              if (stage === 'speaking') desk.release();
              else desk.press(patientId);
            }}
          >
            Hold to talk
          </button>
          {stage !== 'idle' && (
            <button
              type="button"
              className={controls.button}
              data-testid={testIds.talkEnd}
              onClick={() => desk.end()}
            >
              End the talk
            </button>
          )}
          <p className={talkStyles.words} role="status" data-state={stage}>
            {STAGE_WORDS[stage]}
          </p>
        </div>
      ) : (
        <p role="status">{obstacle}</p>
      )}
      {state.kind === 'idle' && state.problem !== null && (
        <p className={controls.error} role="alert">
          {state.problem}
        </p>
      )}
    </section>
  );
}

function stageOf(state: TalkState, patientId: string): Stage {
  if (state.kind === 'idle' || state.patientId !== patientId) return 'idle';
  if (state.kind === 'opening') return 'opening';
  return state.speaking ? 'speaking' : 'listening';
}

function obstacleOf({
  supported,
  paused,
  talker,
}: Pick<TalkSectionProps, 'supported' | 'paused' | 'talker'>): string | null {
  if (talker !== null) return `${talker} is talking with the patient.`;
  if (!supported) return 'This bedside has no microphone and loudspeaker.';
  return paused ? 'Not while the picture is paused for privacy: nobody listens in.' : null;
}
