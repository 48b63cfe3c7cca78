import { ERRORS, PROTOCOL_VERSION, wireErrorSchema } from '@haven/protocol';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { casesOf, type Choice } from './cases-of.ts';
import type { Findings } from './findings.ts';
import { KnownIds } from './known-ids.ts';
import { isSendable, signallingCases, type Door, type SignallingCase } from './signalling-cases.ts';

/** The server bounds its own handlers at 10 s. */
const ANSWER_WITHIN_MS = 12_000;
const CONNECT_WITHIN_MS = 10_000;
/** Below the server's 200 requests a second of one socket, so that cases meet more than the limit. */
const PAUSE_MS = 6;
/** Messages that are under way at a time: requests overtake each other, as a hurried client's do. */
const AT_ONCE = 8;
/** Cases until the client begins anew, as an honest one would. */
const PRELUDE_EVERY = 40;

const replySchema = z.union([
  z.strictObject({ ok: z.literal(true), data: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: wireErrorSchema }),
]);

export type SignallingFuzz = {
  url: string;
  door: Door;
  /** A token with which the door opens. */
  token: string;
  /** Beside the token, what the door asks for. */
  handshake?: Record<string, unknown>;
  /** Ids that lead somewhere. */
  ids: Readonly<Record<string, unknown>>;
  choice: Choice;
  findings: Findings;
};

/**
 * Sends cases as a client with a valid token. Each must be answered in the documented form, and never with INTERNAL; a
 * connection that the server ends is made again. @returns how many answers there were of each code
 */
export async function fuzzSignalling(options: SignallingFuzz): Promise<Map<string, number>> {
  const { door, choice, findings } = options;
  const codes = new Map<string, number>();
  const ids = new KnownIds(options.ids);
  const socket = connect(options);
  const underWay = new Set<Promise<void>>();
  try {
    for (const [index, one] of casesOf(signallingCases(door), choice)) {
      if (!isSendable(one)) continue;
      await connected(socket);
      if (index % PRELUDE_EVERY === 0 || choice.only !== undefined) await begin();
      const replay = `${door.namespace} seed ${choice.seed} case ${index} (${one.name})`;
      const payload = one.withRealIds ? ids.fill(one.payload, index) : one.payload;
      for (let time = 0; time < one.times; time++) {
        const sent = send(socket, { ...one, payload }, replay).then((code) =>
          codes.set(code, (codes.get(code) ?? 0) + 1),
        );
        const settled: Promise<void> = sent.then(
          () => void underWay.delete(settled),
          () => void underWay.delete(settled),
        );
        underWay.add(settled);
      }
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
      await sleep(PAUSE_MS);
    }
    await Promise.all(underWay);
  } finally {
    socket.disconnect();
  }
  return codes;

  async function begin(): Promise<void> {
    for (const { name, payload } of door.prelude) {
      ids.learn({ requestId: randomUUID() });
      const request = ids.fillNewest(payload);
      await send(socket, { name, payload: request, answered: true }, `${door.namespace} prelude`);
    }
  }

  async function send(
    to: Socket,
    one: Pick<SignallingCase, 'name' | 'payload' | 'answered'>,
    replay: string,
  ): Promise<string> {
    if (!one.answered) {
      to.emit(one.name, one.payload);
      return 'not asked for';
    }
    let answer: unknown;
    try {
      answer = await to.timeout(ANSWER_WITHIN_MS).emitWithAck(one.name, one.payload);
    } catch {
      // With the connection its answers are gone, which is how an oversized message or a flood ends.
      if (to.connected) findings.add('no answer', replay);
      return 'none';
    }
    const reply = replySchema.safeParse(answer);
    if (!reply.success) {
      findings.add('malformed answer', `${replay}: ${JSON.stringify(answer).slice(0, 200)}`);
      return 'malformed';
    }
    if (reply.data.ok) {
      if (door.isTrusted !== true) ids.learn(reply.data.data);
      return 'OK';
    }
    const { code, message } = reply.data.error;
    if (code === 'INTERNAL' || !(code in ERRORS)) findings.add('internal error', `${replay}: ${message}`);
    return code;
  }
}

function connect({ url, door, token, handshake }: SignallingFuzz): Socket {
  return io(`${url}${door.namespace}`, {
    auth: { protocol: PROTOCOL_VERSION, token, ...handshake },
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 500,
  });
}

/** A connection that the server ended is not made again by the client library. */
async function connected(socket: Socket): Promise<void> {
  const deadline = Date.now() + CONNECT_WITHIN_MS;
  while (!socket.connected) {
    if (Date.now() > deadline) throw new Error('the server takes no connection any more');
    if (!socket.active) socket.connect();
    await sleep(20);
  }
}
