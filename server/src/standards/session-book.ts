import { HavenError, type TransportOptions } from '@haven/protocol';
import type { Restarted } from './media-desk.ts';
import { readIceFragment, writeIceFragment } from './sdp/ice-fragment.ts';
import type { OfferedSection } from './sdp/offer.ts';

/** A session that was opened over HTTP and is told its wishes over HTTP. */
export interface MediaSession {
  readonly id: string;
  /** Name of whoever opened it. */
  readonly owner: string;
  /** The section of the offer that is in use. */
  readonly section: OfferedSection;
  readonly transport: Pick<TransportOptions, 'iceParameters' | 'iceCandidates'>;
  restartIce(): Promise<unknown>;
  /** Ends it by its owner's wish. */
  stop(): void;
}

/** The running sessions of one protocol, by the ids in their addresses. */
export class SessionBook<S extends MediaSession> {
  readonly #sessions = new Map<string, S>();

  add(session: S): void {
    this.#sessions.set(session.id, session);
  }

  remove(session: S): void {
    this.#sessions.delete(session.id);
  }

  get running(): IterableIterator<S> {
    return this.#sessions.values();
  }

  /** @throws HavenError STREAM_UNKNOWN, FORBIDDEN (somebody else's) */
  get(sessionId: string, caller: string): S {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new HavenError('STREAM_UNKNOWN', 'This session has ended.');
    if (session.owner !== caller) throw new HavenError('FORBIDDEN', 'This session belongs to somebody else.');
    return session;
  }

  /** RFC 9725, 4.3. The SFU is an ICE-lite agent: it learns candidates from their checks, and restarts on request. */
  async patch(
    sessionId: string,
    caller: string,
    ifMatch: string | undefined,
    body: string,
  ): Promise<Restarted | undefined> {
    const session = this.get(sessionId, caller);
    if (ifMatch === undefined) throw new HavenError('PRECONDITION_REQUIRED');
    const credentials = readIceFragment(body);
    if (ifMatch !== '*') {
      if (ifMatch !== entityTagOf(session)) throw new HavenError('PRECONDITION_FAILED');
      return undefined;
    }
    if (credentials === undefined) {
      throw new HavenError('INVALID_REQUEST', 'An ICE restart needs a new ice-ufrag and ice-pwd.');
    }
    await session.restartIce();
    return {
      fragment: writeIceFragment(session.section, session.transport),
      entityTag: entityTagOf(session),
    };
  }
}

/** Names the ICE session, which each restart replaces (RFC 9725, 4.3.1). */
export function entityTagOf({ transport }: Pick<MediaSession, 'transport'>): string {
  return `"${transport.iceParameters.usernameFragment}"`;
}
