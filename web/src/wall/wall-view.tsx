import type { PublicSettings } from '@haven/protocol';
import { useEffect } from 'react';
import type { AlarmSound } from '../core/alarm-sound.ts';
import { activeAlerts } from '../core/wall-state.ts';
import { useStore } from '../core/use-store.ts';
import type { Wall } from '../core/wall.ts';
import { testIds } from '../test-ids.ts';
import { Disclaimer } from '../ui/disclaimer.tsx';
import { announcedAddressAdvice } from '../ui/installer-advice.ts';
import { AlertBanner } from './alert-banner.tsx';
import { Announcer } from './announcer.tsx';
import { AlarmsOff, Notice, SoundBlocked } from './notices.tsx';
import { TileGrid, type TileGridProps } from './tile-grid.tsx';
import { WallHeader } from './wall-header.tsx';
import styles from './wall-view.module.css';

export type WallViewProps = {
  wall: TileGridProps['wall'] & Pick<Wall, 'problem' | 'acknowledge' | 'joinRoom'>;
  sound: Pick<AlarmSound, 'blocked' | 'unblock'>;
  settings: PublicSettings | null;
  userName: string;
  onSignOut: () => void;
};

export function WallView({ wall, sound, settings, userName, onSignOut }: WallViewProps) {
  const state = useStore(wall.state);
  const alarms = useStore(wall.alarms);
  const problem = useStore(wall.problem);
  const blocked = useStore(sound.blocked);
  const { now } = useStore(wall.moment);
  const alerts = activeAlerts(state);
  const patientOf = (patientId: string) => state.patients.get(patientId)?.patient;
  const advice = announcedAddressAdvice(settings, location.hostname);
  const urgent = alerts.some(
    ({ priority, acknowledgement }) => priority === 'high' && acknowledgement === null,
  );
  usePageTitle(alarms === 'off' ? 'ALARMS OFF – Haven' : urgent ? 'HIGH ALERT – Haven' : 'Haven');
  useUnblockedSound(sound);

  return (
    <div className={styles.wall} data-testid={testIds.wall} data-alarms={alarms}>
      <WallHeader
        room={state.room}
        rooms={state.rooms}
        userName={userName}
        now={now}
        onRoom={(roomId) => wall.joinRoom(roomId)}
        onSignOut={onSignOut}
      />
      {alarms === 'off' && <AlarmsOff />}
      {problem !== null && <Notice kind="problem" words={problem} />}
      {advice !== null && <Notice kind="advice" words={advice} />}
      {blocked && <SoundBlocked onUnblock={() => sound.unblock()} />}
      <AlertBanner
        alerts={alerts}
        patientOf={patientOf}
        onAcknowledge={(alertId) => wall.acknowledge(alertId)}
      />
      <Announcer alerts={alerts} patientOf={patientOf} />
      <TileGrid wall={wall} alerts={alerts} />
      <Disclaimer className={styles.disclaimer} demo={settings?.demo === true} />
    </div>
  );
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
