import {
  CV_NAMESPACE,
  DEVICE_NAMESPACE,
  errorCodeSchema,
  HavenError,
  MONITOR_NAMESPACE,
  PROTOCOL_VERSION,
  type WireError,
} from '@haven/protocol';
import { z } from 'zod';
import { TestClient } from '../testing/test-client.ts';
import type { Outcome, RestCall, SocketCall } from './calls.ts';
import type { Place } from './ward.ts';

const NAMESPACES = { monitor: MONITOR_NAMESPACE, device: DEVICE_NAMESPACE, cv: CV_NAMESPACE };
/** A token is needed to connect at all. */
const NO_TOKEN = 'none';

const refusalSchema = z.object({ error: z.object({ code: errorCodeSchema }) });
const replySchema = z.union([z.object({ ok: z.literal(true) }), refusalSchema]);

export type Made = { outcome: Outcome; text: string };

export async function makeRestCall(
  url: string,
  { route, path, body }: RestCall,
  place: Place,
  token: string | undefined,
): Promise<Made> {
  const response = await fetch(`${url}/api/v1${path(place)}`, {
    method: route.split(' ')[0] ?? 'GET',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body(place)) }),
  });
  const text = await response.text();
  return { outcome: response.ok ? 'done' : refusalSchema.parse(JSON.parse(text)).error.code, text };
}

/** Connects, joins the room where the call needs it, and asks: the first refusal is the outcome. */
export async function makeSocketCall(
  url: string,
  { namespace, request, payload, joined }: SocketCall,
  place: Place,
  token = NO_TOKEN,
): Promise<Made> {
  const auth = { protocol: PROTOCOL_VERSION, token, worker: { name: 'matrix', capacity: 1 } };
  const client = new TestClient(url + NAMESPACES[namespace], {}, { auth });
  try {
    const refusal = await client.connected();
    if (refusal !== undefined) return { outcome: codeOf(refusal), text: '' };
    if (joined === true) {
      const entered = replySchema.parse(await client.raw('room:join', { roomId: place.roomId }));
      if ('error' in entered) return { outcome: entered.error.code, text: '' };
    }
    const reply = replySchema.parse(await client.raw(request, payload(place)));
    return { outcome: 'error' in reply ? reply.error.code : 'done', text: '' };
  } finally {
    client.close();
  }
}

function codeOf({ code }: Partial<WireError>): Outcome {
  if (code === undefined) throw new HavenError('INTERNAL', 'the handshake was refused without a code');
  return code;
}
