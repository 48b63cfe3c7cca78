import { RESUME_WITHIN_MS, type RequestMap } from '@haven/protocol';
import type { Actor } from '../../audit/actor.ts';
import type { Counter, Telemetry } from '../../telemetry/telemetry.ts';
import { AnswerCache } from '../answer-cache.ts';
import { defineEndpoints, type Endpoint } from '../endpoints.ts';
import type { Session, Sessions, SessionSocket } from '../sessions.ts';
import type { ResumeAdapter } from './resume-adapter.ts';
import type { Claim } from './resumption.ts';

/** A session that may go on over another connection when its own breaks. */
export interface ResumableSession<M extends RequestMap, S> extends Session<M> {
  /** It was ended, and nothing of it goes on. */
  readonly over: boolean;
  /** The connection broke; its client may come back. */
  interrupted?(): void;
  /** It goes on over this connection, of the same user or device. */
  resumed(socket: S): void;
}

type ResumableSocket = SessionSocket & {
  readonly connected: boolean;
  readonly rooms: ReadonlySet<string>;
  readonly handshake: { address: string };
  readonly data: { claim?: Claim };
  emit(event: 'session:ready', message: { resumeWithinMs: number }): unknown;
  disconnect(close: boolean): unknown;
};

type Running<M extends RequestMap, S> = {
  key: string;
  session: ResumableSession<M, S>;
  actor: Actor;
  endpoints: ReadonlyMap<string, Endpoint>;
  /** A request whose answer was lost with the connection is answered alike when it is repeated. */
  answers: AnswerCache;
  socket: S;
  leave: () => void;
};

export type ResumableParts<M extends RequestMap, S> = {
  namespace: string;
  adapter: ResumeAdapter;
  sessions: Sessions;
  telemetry: Telemetry;
  definitions: M;
  actorOf: (socket: S) => Actor;
  create: (socket: S, actor: Actor) => ResumableSession<M, S>;
};

/**
 * The sessions of a namespace whose clients may come back. While one waits, its place, its room and its media stay;
 * its rights are checked all the same, and what is lost of them ends it.
 */
export class ResumableSessions<M extends RequestMap, S extends ResumableSocket> {
  readonly #parts: ResumableParts<M, S>;
  readonly #running = new Map<string, Running<M, S>>();
  readonly #resumed: Counter;

  constructor(parts: ResumableParts<M, S>) {
    this.#parts = parts;
    const { namespace, telemetry } = parts;
    this.#resumed = telemetry.counter(
      'haven_sessions_resumed_total',
      'Sessions that went on over another connection',
    );
    telemetry.gauge(
      `haven_${namespace.slice(1)}_sessions_waiting`,
      'Sessions whose client may come back',
      () => [...this.#running.values()].filter(({ socket }) => !socket.connected).length,
    );
  }

  connected(socket: S): void {
    const { claim } = socket.data;
    if (claim === undefined) this.#begin(socket);
    else this.#resume(socket, claim);
  }

  #begin(socket: S): void {
    const { actorOf, create, definitions, sessions } = this.#parts;
    const actor = actorOf(socket);
    const session = create(socket, actor);
    const running: Running<M, S> = {
      key: keyOf(socket),
      session,
      actor,
      endpoints: defineEndpoints(definitions, session.handlers),
      answers: new AnswerCache(),
      socket,
      leave: sessions.add({
        recheck: () => {
          session.recheck();
          this.#settle(running);
        },
        end: (code) => {
          session.end(code);
          this.#settle(running);
        },
      }),
    };
    this.#running.set(running.key, running);
    this.#attach(running);
  }

  #resume(socket: S, claim: Claim): void {
    const { adapter } = this.#parts;
    const running = this.#running.get(claim.key);
    const missed = running?.session.over === false ? adapter.resumption.missed(claim) : null;
    if (running === undefined || missed === null) {
      // It ended while the handshake was checked. The client comes back, and begins anew.
      socket.disconnect(true);
      return;
    }
    const { socket: before, session, actor } = running;
    running.socket = socket;
    // Who comes from another network is here before the old connection is known to be dead.
    before.disconnect(true);
    actor.address = socket.handshake.address;
    this.#resumed.add(1, { namespace: this.#parts.namespace });
    session.resumed(socket);
    adapter.replay(socket.id, missed);
    this.#attach(running);
  }

  #attach(running: Running<M, S>): void {
    const { adapter, namespace, sessions } = this.#parts;
    const { key, session, socket, actor, endpoints, answers } = running;
    adapter.resumption.keep(key, { data: socket.data, rooms: () => [...socket.rooms] });
    sessions.serve({ socket, namespace, endpoints, actor }, answers, () => {
      // Otherwise it goes on over another connection already.
      if (running.socket === socket) this.#settle(running);
    });
    socket.emit('session:ready', { resumeWithinMs: RESUME_WITHIN_MS });
    session.recheck();
  }

  /** Ends what is over; lets wait what may be taken up. */
  #settle({ key, session, socket, leave }: Running<M, S>): void {
    if (socket.connected || !this.#running.has(key)) return;
    const { resumption } = this.#parts.adapter;
    if (!session.over && resumption.waits(key)) {
      session.interrupted?.();
      return;
    }
    this.#running.delete(key);
    resumption.forget(key);
    leave();
    session.disconnected();
  }
}

/** The secret that Socket.IO gave the client. It keeps it private, and hands it to adapters alone. */
function keyOf(socket: object): string {
  const key: unknown = Reflect.get(socket, 'pid');
  if (typeof key !== 'string') throw new Error('Connection state recovery is off.');
  return key;
}
