import { PROTOCOL_VERSION } from '../../protocol/src/version.ts';
import { connectTime, heartbeatGap, joinTime, refusals, rudeRefusals, sessionFailures } from './measures.ts';
import type { Session } from './rest.ts';
import { BASE_URL, ROOM_ID } from './settings.ts';
import { ConnectionRefused, SocketIoClient } from './socket-io.ts';

const NAMESPACE = '/monitor';
/** Codes by which a server under load refuses. */
const REFUSALS = new Set(['CAPACITY_EXCEEDED', 'OVERLOADED', 'RATE_LIMITED', 'DRAINING']);

type WireError = { code?: string; retryAfterMs?: number };
type Reply = { ok: true } | { ok: false; error: WireError };

/** A clinician's wall as far as its signalling goes: joins the room, listens for a while, leaves. */
export async function watchRoom({ accessToken }: Session, seconds: number): Promise<void> {
  const beganAt = Date.now();
  const client = new SocketIoClient(BASE_URL, NAMESPACE, { protocol: PROTOCOL_VERSION, token: accessToken });
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
    client.on('heartbeat', () => {
      const now = Date.now();
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

/** A refusal under load is no failure, when it says how long to wait. */
function settle(error: WireError | undefined): void {
  const refused = error?.code !== undefined && REFUSALS.has(error.code);
  if (refused) refusals.add(1);
  if (refused && error.retryAfterMs === undefined) rudeRefusals.add(1);
  sessionFailures.add(!refused);
}
