import {
  CV_NAMESPACE,
  cvRequests,
  DEVICE_NAMESPACE,
  deviceRequests,
  MONITOR_NAMESPACE,
  monitorRequests,
  type RequestMap,
} from '@haven/protocol';
import fc from 'fast-check';
import { z } from 'zod';
import {
  NODE_NAMESPACE,
  nodeRequests,
  pipeEndSchema,
} from '../../server/src/signalling/nodes/node-signalling.ts';
import { mutationsOf, nastyValues } from './nasty-values.ts';
import { valuesOf } from './schema-values.ts';

export type Door = {
  namespace: string;
  requests: RequestMap;
  /** What an honest client begins with, so that cases meet a session that has something to lose. */
  prelude: readonly { name: string; payload: Record<string, unknown> }[];
  /** Whoever comes in may do everything to everybody: only ids that were given are used, and what would do harm is changed. */
  isTrusted?: true;
  harmless?: (payload: unknown) => unknown;
};

export const DOORS: readonly Door[] = [
  {
    namespace: MONITOR_NAMESPACE,
    requests: monitorRequests,
    prelude: [
      { name: 'room:join', payload: { roomId: '' } },
      { name: 'transport:open', payload: { requestId: '' } },
    ],
  },
  {
    namespace: DEVICE_NAMESPACE,
    requests: deviceRequests,
    prelude: [{ name: 'publish:start', payload: { requestId: '', patientId: '', source: 'camera' } }],
  },
  { namespace: CV_NAMESPACE, requests: cvRequests, prelude: [] },
];

/** Of another node of the cluster, which knows its secret. */
export const NODE_DOOR: Door = {
  ...{ namespace: NODE_NAMESPACE, requests: nodeRequests, prelude: [], isTrusted: true },
  harmless: nowhere,
};

/**
 * A pipe sends a stream to where it is told, which may be anybody's address. Every second one is given a key that fits
 * its cipher: a random one never does.
 */
function nowhere(payload: unknown): unknown {
  const { success, data } = pipeSchema.safeParse(payload);
  if (!success) return payload;
  const { to } = data;
  const { keyBase64, cryptoSuite } = to.srtpParameters;
  const fitting = Buffer.alloc(KEY_BYTES[cryptoSuite], 7).toString('base64');
  const key = to.port % 2 === 0 ? fitting : keyBase64;
  const srtpParameters = { ...to.srtpParameters, keyBase64: key };
  return { ...data, to: { ...to, ip: '127.0.0.1', port: DISCARD_PORT, srtpParameters } };
}

const pipeSchema = z.looseObject({ to: pipeEndSchema });
/** Of key and salt (RFC 3711, RFC 7714). */
const KEY_BYTES = {
  AEAD_AES_256_GCM: 44,
  AEAD_AES_128_GCM: 28,
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
} as const;
/** RFC 863: what comes there is thrown away, where anybody listens at all. */
const DISCARD_PORT = 9;

/** One message: what is asked, with what, and how often the very same is sent. */
export type SignallingCase = {
  name: string;
  payload: unknown;
  /** Ids that the server gave out take the place of made-up ones, so that a case gets past "unknown". */
  withRealIds: boolean;
  answered: boolean;
  times: 1 | 2;
};

/** Requests in any order: well-formed, damaged, unknown, repeated, and such that nobody waits for an answer. */
export function signallingCases({
  requests,
  harmless = (payload) => payload,
}: Door): fc.Arbitrary<SignallingCase> {
  const names = Object.keys(requests);
  const known = fc.constantFrom(...names).chain((name) => {
    const valid = valuesOf(requests[name].request);
    return fc.record({
      name: fc.constant(name),
      payload: fc.oneof(
        { weight: 4, arbitrary: valid },
        { weight: 4, arbitrary: mutationsOf(valid) },
        { weight: 1, arbitrary: nastyValues },
      ),
    });
  });
  const unknown = fc.record({
    name: fc.oneof(fc.string({ minLength: 1, maxLength: 80 }), fc.constantFrom(...OTHER_NAMES)),
    payload: nastyValues,
  });
  return fc
    .tuple(
      fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: unknown }),
      fc.record({
        withRealIds: fc.boolean(),
        answered: fc.integer({ min: 1, max: 10 }).map((dice) => dice > 1),
        times: fc.constantFrom<1 | 2>(1, 1, 1, 2),
      }),
    )
    .map(([{ name, payload }, how]) => ({ name, payload: harmless(payload), ...how }));
}

/** Names that mean something to Socket.IO, to the server's own events, or to JavaScript. */
const OTHER_NAMES = [
  'constructor',
  '__proto__',
  'toString',
  'vitals',
  'session:ended',
  'heartbeat',
  'hasOwnProperty',
];

const RESERVED = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** A client library refuses to send these names at all. */
export function isSendable({ name }: SignallingCase): boolean {
  return !RESERVED.has(name);
}
