import type { PublicSettings } from '@haven/protocol';
import { useEffect } from 'react';
import type { AlarmActions } from '../core/alarm-actions.ts';
import type { AlarmSound } from '../core/alarm-sound.ts';
import { secondsLeft } from '../core/alert-view.ts';
import { mayDo, type AlarmRight } from '../core/permissions.ts';
import { activeAlerts } from '../core/wall-state.ts';
import { useStore } from '../core/use-store.ts';
import type { Wall } from '../core/wall.ts';
import { testIds } from '../test-ids.ts';
import { Disclaimer } from '../ui/disclaimer.tsx';
import { announcedAddressAdvice } from '../ui/installer-advice.ts';
import { AlertBanner } from './alert-banner.tsx';
import { Announcer } from './announcer.tsx';
import { LockedBeds } from './locked-beds.tsx';
import { AlarmsOff, Notice, SoundBlocked } from './notices.tsx';
import { PauseButton, SoundPaused } from './sound-pause.tsx';
import { TileGrid, type TileGridProps } from './tile-grid.tsx';
import { WallHeader } from './wall-header.tsx';
import styles from './wall-view.module.css';

export type WallViewProps = {
  wall: TileGridProps['wall'] &
    Pick<Wall, 'problem' | 'locked' | 'joinRoom'> & {
      actions: Pick<AlarmActions, 'acknowledge' | 'silence' | 'pause' | 'resume'>;
    };
  sound: Pick<AlarmSound, 'blocked' | 'unblock'>;
  settings: PublicSettings | null;
  userName: string;
  /** What the server says that the user may do now; null while it has not. */
  rights: readonly string[] | null;
  onSignOut: () => void;
  /** Somebody wants to see more of a patient. */
  onPatient: (patientId: string | null) => void;
};

export function WallView(props: WallViewProps) {
  const { wall, sound, settings } = props;
  const state = useStore(wall.state);
  const alarms = useStore(wall.alarms);
  const problem = useStore(wall.problem);
  const blocked = useStore(sound.blocked);
  const locked = useStore(wall.locked);
  const { now, serverNow } = useStore(wall.moment);
  const alerts = activeAlerts(state);
  const patientOf = (patientId: string) => state.patients.get(patientId)?.patient;
  const advice = announcedAddressAdvice(settings, location.hostname);
  const urgent = alerts.some(
    ({ priority, acknowledgement }) => priority === 'high' && acknowledgement === null,
  );
  const paused = secondsLeft(state.soundPause, serverNow) > 0;
  const may = (right: AlarmRight) => !locked && mayDo(right, state.roles, props.rights);
  usePageTitle(titleOf({ off: alarms === 'off', urgent, paused }));
  useUnblockedSound(sound);

  return (
    <div className={styles.wall} data-testid={testIds.wall} data-alarms={alarms}>
      <WallHeader
        room={state.room}
        rooms={state.rooms}
        userName={props.userName}
        now={now}
        onRoom={(roomId) => wall.joinRoom(roomId)}
        onSignOut={props.onSignOut}
      >
        {may('alarm:pause') && !paused && state.room !== null && <PauseButton actions={wall.actions} />}
      </WallHeader>
      {alarms === 'off' && <AlarmsOff />}
      <SoundPaused
        pause={state.soundPause}
        serverNow={serverNow}
        actions={may('alarm:pause') ? wall.actions : null}
      />
      {problem !== null && <Notice kind="problem" words={problem} />}
      {advice !== null && <Notice kind="advice" words={advice} />}
      {blocked && <SoundBlocked onUnblock={() => sound.unblock()} />}
      <AlertBanner
        alerts={alerts}
        patientOf={patientOf}
        serverNow={serverNow}
        actions={may('alert:acknowledge') ? wall.actions : null}
        locked={locked}
      />
      <Announcer alerts={alerts} patientOf={patientOf} locked={locked} />
      {locked ? (
        <LockedBeds patients={state.patients.values()} alerts={alerts} />
      ) : (
        <TileGrid wall={wall} alerts={alerts} onDetails={props.onPatient} />
      )}
      <Disclaimer className={styles.disclaimer} demo={settings?.demo === true} />
    </div>
  );
}

function titleOf({ off, urgent, paused }: { off: boolean; urgent: boolean; paused: boolean }): string {
  if (off) return 'ALARMS OFF – Haven';
  if (urgent) return 'HIGH ALERT – Haven';
  return paused ? 'SOUND PAUSED – Haven' : 'Haven';
}

function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Any click or key on the page lets the browser play sound. */
function useUnblockedSound(sound: WallViewProps['sound']): void {
  useEffect(() => {
    const unblock = () => sound.unblock();
    // Whoever has just signed in has clicked already.
    unblock();
    window.addEventListener('pointerdown', unblock);
    window.addEventListener('keydown', unblock);
    return () => {
      window.removeEventListener('pointerdown', unblock);
      window.removeEventListener('keydown', unblock);
    };
  }, [sound]);
}
