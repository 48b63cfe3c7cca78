import type { PublicSettings } from '@haven/protocol';
import { useEffect, type ReactNode } from 'react';
import type { AlarmActions } from '../core/alarm-actions.ts';
import type { AlarmSound } from '../core/alarm-sound.ts';
import type { BedsideActions } from '../core/bedside-actions.ts';
import { secondsLeft } from '../core/alert-view.ts';
import { mediaNotices } from '../core/media-notices.ts';
import { mayDo, type AlarmRight } from '../core/permissions.ts';
import { activeAlerts, unreachedPatients } from '../core/wall-state.ts';
import { useStore } from '../core/use-store.ts';
import type { SignedInApi } from '../core/signed-in-api.ts';
import type { Wall } from '../core/wall.ts';
import type { ViewerMedia } from '../media/viewer-media.ts';
import { PatientPanel } from '../patient/patient-panel.tsx';
import { RoomLimitsButton } from '../patient/room-limits.tsx';
import type { TalkDesk } from '../talk/talk-desk.ts';
import { testIds } from '../test-ids.ts';
import { Disclaimer } from '../ui/disclaimer.tsx';
import { announcedAddressAdvice } from '../ui/installer-advice.ts';
import { AlertBanner } from './alert-banner.tsx';
import { Announcer } from './announcer.tsx';
import { LockedBeds } from './locked-beds.tsx';
import { AlarmsOff, BedsOff, MediaNotices, Notice, SoundBlocked } from './notices.tsx';
import { PauseButton, SoundPaused } from './sound-pause.tsx';
import { TileGrid, type TileGridProps } from './tile-grid.tsx';
import { WallHeader } from './wall-header.tsx';
import styles from './wall-view.module.css';

export type WallViewProps = {
  wall: TileGridProps['wall'] &
    Pick<Wall, 'problem' | 'locked' | 'joinRoom'> & {
      bedside: Pick<BedsideActions, 'pausePicture' | 'resumePicture'>;
      actions: Pick<AlarmActions, 'acknowledge' | 'silence' | 'pause' | 'resume'>;
      media: Pick<ViewerMedia, 'link'>;
    };
  sound: Pick<AlarmSound, 'blocked' | 'unblock'>;
  talk: Pick<TalkDesk, 'state' | 'press' | 'release' | 'end'>;
  settings: PublicSettings | null;
  userName: string;
  /** What the server says that the user may do now; null while it has not. */
  rights: readonly string[] | null;
  onSignOut: () => void;
  /** The way to other pages. */
  menu?: ReactNode;
  /** Requests of the user over HTTP. */
  request: SignedInApi;
  /** Whose panel is open. */
  patientId: string | null;
  onPatient: (patientId: string | null) => void;
};

export function WallView(props: WallViewProps) {
  const { wall, sound, settings } = props;
  const state = useStore(wall.state);
  const alarms = useStore(wall.alarms);
  const problem = useStore(wall.problem);
  const blocked = useStore(sound.blocked);
  const locked = useStore(wall.locked);
  const moment = useStore(wall.moment);
  const ownTalk = useStore(props.talk.state).kind !== 'idle';
  const link = useStore(wall.media.link);
  const deliveries = useStore(wall.media.deliveries);
  const { now, serverNow } = moment;
  const open = props.patientId === null ? undefined : state.patients.get(props.patientId);
  const alerts = activeAlerts(state);
  const patientOf = (patientId: string) => state.patients.get(patientId)?.patient;
  const advice = announcedAddressAdvice(settings, location.hostname);
  const notices = mediaNotices({
    load: state.load,
    link,
    deliveries: deliveries.values(),
    administrator: state.roles.includes('administrator'),
    serverNow,
  });
  const urgent = alerts.some(
    ({ priority, acknowledgement }) => priority === 'high' && acknowledgement === null,
  );
  const paused = secondsLeft(state.soundPause, serverNow) > 0;
  const unreached = unreachedPatients(state);
  const may = (right: AlarmRight) => !locked && mayDo(right, state.roles, props.rights);
  usePageTitle(titleOf({ off: alarms === 'off', urgent, someOff: unreached.length > 0, paused }));
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
        menu={props.menu}
      >
        {may('alarm:pause') && !paused && state.room !== null && <PauseButton actions={wall.actions} />}
        {may('limits:change') && state.room !== null && (
          <RoomLimitsButton request={props.request} room={state.room} />
        )}
      </WallHeader>
      {alarms === 'off' ? <AlarmsOff /> : unreached.length > 0 && <BedsOff patients={unreached} />}
      <SoundPaused
        pause={state.soundPause}
        serverNow={serverNow}
        actions={may('alarm:pause') ? wall.actions : null}
      />
      {problem !== null && <Notice kind="problem" words={problem} />}
      {advice !== null && <Notice kind="advice" words={advice} />}
      <MediaNotices notices={notices} />
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
        <div className={styles.content}>
          <TileGrid
            wall={wall}
            alerts={alerts}
            onDetails={props.onPatient}
            beside={open?.patient.id ?? null}
          />
          {open !== undefined && (
            <div className={styles.panel}>
              <PatientPanel
                key={open.patient.id}
                request={props.request}
                state={open}
                alerts={[...state.alerts.values()].filter(({ patientId }) => patientId === open.patient.id)}
                moment={moment}
                connected={alarms === 'on'}
                mayChangeLimits={may('limits:change')}
                mayChangeAnalysis={may('analysis:change')}
                bedside={may('privacy:change') ? wall.bedside : null}
                talk={may('talk:start') ? props.talk : null}
                talker={ownTalk ? null : (state.talks.get(open.patient.id) ?? null)}
                onClose={() => props.onPatient(null)}
              />
            </div>
          )}
        </div>
      )}
      <Disclaimer className={styles.disclaimer} demo={settings?.demo === true} />
    </div>
  );
}

type Pressing = { off: boolean; urgent: boolean; someOff: boolean; paused: boolean };

function titleOf({ off, urgent, someOff, paused }: Pressing): string {
  if (off) return 'ALARMS OFF – Haven';
  if (urgent) return 'HIGH ALERT – Haven';
  if (someOff) return 'ALARMS OFF for some beds – Haven';
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
