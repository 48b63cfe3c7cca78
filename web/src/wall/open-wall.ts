import { MONITOR_NAMESPACE, monitorRequests } from '@haven/protocol';
import { Device } from 'mediasoup-client';
import type { AlarmSound } from '../core/alarm-sound.ts';
import { alarmSignal, ringFor } from '../core/alarm-bell.ts';
import { steadyNow } from '../core/clock.ts';
import { Connection } from '../core/connection.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import { createWorkerTicker } from '../core/ticker.ts';
import { Wall, type MonitorConnection } from '../core/wall.ts';
import { JoinTrace } from '../media/join-trace.ts';
import { ViewerMedia } from '../media/viewer-media.ts';
import { Loudspeaker } from '../talk/loudspeaker.ts';
import { openMicrophone } from '../talk/microphone.ts';
import { TalkDesk } from '../talk/talk-desk.ts';
import { reportFrom, reportSpan } from './wall-reports.ts';

/** The room that this browser showed last. */
const ROOM_KEY = 'haven.room';

/** Puts a wall together for whoever is signed in: connection, media, clock and bell. It begins with `open()`. */
export function composeWall(
  keeper: SessionKeeper,
  sound: AlarmSound,
): { wall: Wall; talk: TalkDesk; open: () => () => void } {
  const connection: MonitorConnection = new Connection({
    url: MONITOR_NAMESPACE,
    requests: monitorRequests,
    credentials: { token: () => keeper.accessToken(), renew: () => keeper.renew() },
  });
  const join = new JoinTrace((span) => reportSpan(connection, span), steadyNow);
  const media = new ViewerMedia(
    (name, request) => connection.request(name, request, join.contextOf(name)),
    () => Device.factory(),
  );
  const wall = new Wall({ connection, media, now: steadyNow, roomId: localStorage.getItem(ROOM_KEY) });
  const loudspeaker = new Loudspeaker();
  const talk = new TalkDesk({
    connection,
    createDevice: () => Device.factory(),
    openMicrophone,
    loudspeaker,
  });
  const open = () => {
    const ticker = createWorkerTicker();
    wall.open(ticker);
    const undo = [
      ringFor(wall, sound),
      reportFrom(connection, media),
      media.tracks.subscribe(() => join.tracks(media.tracks.get().values())),
      () => ticker.close(),
      wall.moment.subscribe(() => loudspeaker.duck(alarmSignal(wall) !== null)),
      () => talk.end(),
      wall.state.subscribe(() => {
        const roomId = wall.state.get().room?.id;
        if (roomId !== undefined) localStorage.setItem(ROOM_KEY, roomId);
      }),
      keeper.state.subscribe(() => {
        const token = keeper.state.get().session?.accessToken;
        // Refused or unanswered, the session ends at its time and the connection signs in with the new token.
        if (token !== undefined) wall.renew(token).catch(() => undefined);
      }),
      connection.status.subscribe(() => {
        const status = connection.status.get();
        if (status.kind !== 'connected') talk.lost();
        if (status.kind === 'ended') keeper.end(status.error);
      }),
    ];
    const online = () => wall.networkChanged();
    window.addEventListener('online', online);
    return () => {
      window.removeEventListener('online', online);
      for (const stop of undo) stop();
      wall.close();
    };
  };
  return { wall, talk, open };
}
