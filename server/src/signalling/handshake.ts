import {
  handshakeSchema,
  HavenError,
  PROTOCOL_VERSION,
  type Handshake,
  type WireError,
} from '@haven/protocol';
import type { Principal } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import { ANONYMOUS, nameOf } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { ConnectionSessions, type Beginning } from './connection-sessions.ts';
import type { Claim } from './resume/resumption.ts';
import { within } from './within.ts';

/** Longest that signing in may take, ms. */
const SIGN_IN_TIMEOUT_MS = 10_000;

/** The part of a connecting Socket.IO socket that matters here. */
type EnteringSocket<P extends Principal> = {
  handshake: { auth: Record<string, unknown>; address: string };
  conn: {
    readonly readyState: string;
    once(event: 'close', listener: () => void): unknown;
    off(event: 'close', listener: () => void): unknown;
    close(): unknown;
  };
  data: { principal: P; claim?: Claim };
  once(event: 'disconnect', listener: () => void): unknown;
};

/** Socket.IO carries `data` to the client's `connect_error`. */
export class HandshakeRefusal extends Error {
  readonly data: WireError;

  constructor(data: WireError) {
    super(data.code);
    this.data = data;
  }
}

export type Door<P extends Principal, S extends EnteringSocket<P>> = {
  namespace: string;
  /** Lets newcomers in at any load, and while the server is drained. */
  alwaysOpen?: true;
  /** @throws HavenError UNAUTHENTICATED, TOKEN_EXPIRED, TOKEN_REVOKED */
  authenticate: (token: string) => Promise<P>;
  /** Whether it may enter at all. @throws HavenError FORBIDDEN */
  authorize: (principal: P) => void;
  /** Reads what else the handshake says. @throws HavenError INVALID_REQUEST */
  prepare?: (socket: S) => void;
};

export type Middleware<S> = (socket: S, next: (refusal?: HandshakeRefusal) => void) => void;

/** Asks everybody who connects to a namespace who they are. */
export class Doorkeeper {
  readonly #admission: Admission;
  readonly #audit: AuditTrail;
  readonly #telemetry: Telemetry;
  readonly #sessions = new ConnectionSessions();

  constructor(admission: Admission, audit: AuditTrail, telemetry: Telemetry) {
    this.#admission = admission;
    this.#audit = audit;
    this.#telemetry = telemetry;
  }

  guard<P extends Principal, S extends EnteringSocket<P>>(door: Door<P, S>): Middleware<S> {
    return (socket, next) => {
      this.#enter(door, socket).then(
        () => next(),
        (error: unknown) => next(this.#refuse(error)),
      );
    };
  }

  async #enter<P extends Principal, S extends EnteringSocket<P>>(door: Door<P, S>, socket: S): Promise<void> {
    const session = this.#sessions.begin(socket.conn, door.namespace);
    try {
      await this.#check(door, socket, session);
    } catch (error) {
      session.end();
      throw error;
    }
  }

  async #check<P extends Principal, S extends EnteringSocket<P>>(
    door: Door<P, S>,
    socket: S,
    session: Beginning,
  ): Promise<void> {
    const { auth, address } = socket.handshake;
    const { addresses } = this.#admission;
    await addresses.assertMaySignIn(address);
    if (door.alwaysOpen !== true) this.#admission.assertOpen(tokenOf(auth));
    let actor = { name: ANONYMOUS, address };
    try {
      const { token } = readHandshake(auth);
      const principal = await within(SIGN_IN_TIMEOUT_MS, door.authenticate(token));
      actor = { name: nameOf(principal), address };
      // The secret of a session alone opens nothing.
      if (socket.data.claim !== undefined && nameOf(socket.data.principal) !== actor.name) {
        throw new HavenError('FORBIDDEN', 'This session belongs to somebody else.');
      }
      door.authorize(principal);
      socket.data.principal = principal;
      door.prepare?.(socket);
      if (session.admitted()) await addresses.succeeded(address);
      this.#count(socket, token, session);
    } catch (error) {
      if (error instanceof HavenError) {
        this.#audit.refused(actor, 'connect', `namespace:${door.namespace}`, error.code);
        if (error.status === 401) await addresses.countRefusal(address);
      }
      throw error;
    }
  }

  /** Counts a session until it leaves its namespace, or until the connection ends before it is there. */
  #count<P extends Principal>(socket: EnteringSocket<P>, token: string, session: Beginning): void {
    const { conn } = socket;
    const leave = this.#admission.entered(token);
    let inside = true;
    const left = () => {
      if (!inside) return;
      inside = false;
      conn.off('close', left);
      leave();
      session.end();
    };
    socket.once('disconnect', left);
    // Who left meanwhile is told of by no event any more.
    if (conn.readyState === 'open') conn.once('close', left);
    else left();
  }

  #refuse(error: unknown): HandshakeRefusal {
    if (error instanceof HavenError) return new HandshakeRefusal(error.toWire());
    this.#telemetry.logger.error({ err: error }, 'a handshake failed');
    return new HandshakeRefusal(new HavenError('INTERNAL').toWire(this.#telemetry.traceId()));
  }
}

/** As it was given, be it anything: nothing is checked of somebody who is turned away. */
export function tokenOf({ token }: Record<string, unknown>): string {
  return typeof token === 'string' ? token : '';
}

/** @throws HavenError INVALID_REQUEST, PROTOCOL_VERSION */
function readHandshake(auth: unknown): Handshake {
  const handshake = handshakeSchema.safeParse(auth);
  if (!handshake.success) {
    throw new HavenError('INVALID_REQUEST', 'The handshake needs a protocol version and a token.');
  }
  if (handshake.data.protocol !== PROTOCOL_VERSION) throw new HavenError('PROTOCOL_VERSION');
  return handshake.data;
}
