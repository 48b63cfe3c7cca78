import { PROTOCOL_VERSION } from '../../protocol/src/version.ts';
import {
  connectTime,
  fanOutTime,
  heartbeatGap,
  joins,
  joinTime,
  rudeRefusals,
  sessionFailures,
  sessionRefusals,
} from './measures.ts';
import type { Session } from './rest.ts';
import { ROOM_ID } from './settings.ts';
import { ConnectionRefused, SocketIoClient } from './socket-io.ts';

const NAMESPACE = '/monitor';
/** Codes by which a server under load refuses. */
const REFUSALS = new Set(['CAPACITY_EXCEEDED', 'OVERLOADED', 'RATE_LIMITED', 'DRAINING']);

type WireError = { code?: string; retryAfterMs?: number };
type Reply = { ok: true } | { ok: false; error: WireError };
type Heartbeat = { serverTime: number };

/**
 * A clinician's wall as far as its signalling goes: joins the room, listens for a while, leaves.
 *
 * @param origin of the node
 */
export async function watchRoom(origin: string, { accessToken }: Session, seconds: number): Promise<void> {
  const beganAt = Date.now();
  const client = new SocketIoClient(origin, NAMESPACE, { protocol: PROTOCOL_VERSION, token: accessToken });
  try {
    await client.entered();
    connectTime.add(Date.now() - beganAt);
    const joiningAt = Date.now();
    const reply = (await client.request('room:join', { roomId: ROOM_ID })) as Reply;
    if (!reply.ok) {
      settle(reply.error);
      return;
    }
    joinTime.add(Date.now() - joiningAt);
    joins.add(1);
    sessionRefusals.add(false);
    sessionFailures.add(!(await listen(client, seconds)));
  } catch (error) {
    settle(error instanceof ConnectionRefused ? (error.data as WireError | undefined) : undefined);
  } finally {
    client.close();
  }
}

/** @returns whether the session lasted */
function listen(client: SocketIoClient, seconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    let beatAt: number | undefined;
    client.on('heartbeat', (heartbeat) => {
      const now = Date.now();
      fanOutTime.add(now - (heartbeat as Heartbeat).serverTime);
      if (beatAt !== undefined) heartbeatGap.add(now - beatAt);
      beatAt = now;
    });
    const over = setTimeout(() => resolve(true), 1000 * seconds);
    client.on('disconnect', () => {
      clearTimeout(over);
      resolve(false);
    });
  });
}

/** A session that did not come about. A refusal under load is no failure: it is counted by itself. */
function settle(error: WireError | undefined): void {
  const refused = error?.code !== undefined && REFUSALS.has(error.code);
  sessionRefusals.add(refused);
  if (refused && error.retryAfterMs === undefined) rudeRefusals.add(1);
  sessionFailures.add(!refused);
}
