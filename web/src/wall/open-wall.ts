import { MONITOR_NAMESPACE, monitorRequests } from '@haven/protocol';
import { Device } from 'mediasoup-client';
import type { AlarmSound } from '../core/alarm-sound.ts';
import { ringFor } from '../core/alarm-bell.ts';
import { steadyNow } from '../core/clock.ts';
import { Connection } from '../core/connection.ts';
import type { SessionKeeper } from '../core/session-keeper.ts';
import { createWorkerTicker } from '../core/ticker.ts';
import { Wall, type MonitorConnection } from '../core/wall.ts';
import { ViewerMedia } from '../media/viewer-media.ts';

/** The room that this browser showed last. */
const ROOM_KEY = 'haven.room';

/** Puts a wall together for whoever is signed in: connection, media, clock and bell. It begins with `open()`. */
export function composeWall(
  keeper: SessionKeeper,
  sound: AlarmSound,
): { wall: Wall; open: () => () => void } {
  const connection: MonitorConnection = new Connection({
    url: MONITOR_NAMESPACE,
    requests: monitorRequests,
    credentials: { token: () => keeper.accessToken(), renew: () => keeper.renew() },
  });
  const media = new ViewerMedia(
    (name, request) => connection.request(name, request),
    () => Device.factory(),
  );
  const wall = new Wall({ connection, media, now: steadyNow, roomId: localStorage.getItem(ROOM_KEY) });
  const open = () => {
    const ticker = createWorkerTicker();
    wall.open(ticker);
    const undo = [
      ringFor(wall, sound),
      () => ticker.close(),
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
  return { wall, open };
}
