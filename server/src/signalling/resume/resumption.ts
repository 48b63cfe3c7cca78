import { randomUUID } from 'node:crypto';
import { RESUME_WITHIN_MS } from '@haven/protocol';
import { RecentEvents, type SentEvent } from './recent-events.ts';

/** What a client has to show: the secret that it was given, and the number of the last event that it got. */
export type Claim = { key: string; received: number };

/** A session whose connection may break: while it stands, `rooms` says where it is. */
export type Place = {
  /** What the connection's socket carries. */
  data: object;
  rooms: () => readonly string[];
};

type Kept = Place & { broken: { at: number; rooms: readonly string[] } | null };

/** How Socket.IO is told of a connection that is taken up. */
export type Restored = { sid: string; data: object };

/**
 * The sessions of one namespace that may go on over another connection, and the events that they missed. A session is
 * known by a secret key, which only its client has; that the same user or device asks is checked by the handshake.
 */
export class Resumption {
  readonly #clock: () => number;
  readonly #events: RecentEvents;
  readonly #places = new Map<string, Kept>();

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#events = new RecentEvents(clock);
  }

  /** @returns the event's number, for the client to tell it when it comes back */
  sent(event: SentEvent): number {
    return this.#events.add(event);
  }

  /** From now on this session may be taken up, until {@link forget}. */
  keep(key: string, place: Place): void {
    this.#places.set(key, { ...place, broken: null });
  }

  forget(key: string): void {
    this.#places.delete(key);
  }

  /** The connection broke: its client has {@link RESUME_WITHIN_MS} from now. */
  broke(key: string, rooms: readonly string[]): void {
    const place = this.#places.get(key);
    if (place !== undefined) place.broken = { at: this.#clock(), rooms };
  }

  /** Whether the session's client may still come back. */
  waits(key: string): boolean {
    const broken = this.#places.get(key)?.broken;
    return broken !== undefined && broken !== null && !this.#isOver(broken);
  }

  /** What a new connection begins with that claims a session; nothing is taken or told yet. */
  restore(claim: Claim): Restored | null {
    const place = this.#places.get(claim.key);
    if (place === undefined || this.missed(claim) === null) return null;
    // A fresh socket id: attempts that overlap must not undo each other's rooms.
    return { sid: randomUUID(), data: { ...place.data, claim } };
  }

  /** The events that whoever claims the session has not got; null where it cannot be taken up (any more). */
  missed({ key, received }: Claim): (readonly unknown[])[] | null {
    const place = this.#places.get(key);
    if (place === undefined) return null;
    const { broken } = place;
    if (broken !== null && this.#isOver(broken)) return null;
    return this.#events.missed(received, broken?.rooms ?? place.rooms(), broken?.at ?? this.#clock());
  }

  #isOver({ at }: { at: number }): boolean {
    return this.#clock() - at >= RESUME_WITHIN_MS;
  }
}
