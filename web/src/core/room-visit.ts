import { HavenError, type Role, type Room, type RoomSnapshot } from '@haven/protocol';
import { backoffMs } from './backoff.ts';
import { NOTHING_EARLY, type Early } from './wall-state.ts';
import type { MonitorConnection } from './wall.ts';

type VisitListeners = {
  /** Which rooms are the user's, and what the user is. */
  described: (rooms: readonly Room[], roles: readonly Role[]) => void;
  entered: (snapshot: RoomSnapshot, early: Early) => void;
  /** It tries again by itself. */
  failed: (error: unknown) => void;
  /** The user has no room at all. */
  nowhere: () => void;
};

/** Enters a room and stays in it: the wished one if it is the user's, otherwise the first; again after a failure. */
export class RoomVisit {
  readonly #connection: MonitorConnection;
  readonly #listeners: VisitListeners;
  #roomId: string | null;
  #inside = false;
  #early: Early = NOTHING_EARLY;
  /** Whatever was begun for an earlier one is not continued. */
  #number = 0;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: MonitorConnection, roomId: string | null, listeners: VisitListeners) {
    this.#connection = connection;
    this.#roomId = roomId;
    this.#listeners = listeners;
  }

  get roomId(): string | null {
    return this.#roomId;
  }
  /** What arrives is about the room as its snapshot showed it. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Enters, anew where it is inside already. */
  enter(roomId: string | null = this.#roomId): void {
    this.#roomId = roomId;
    this.leave();
    void this.#join(this.#number);
  }

  leave(): void {
    this.#number += 1;
    this.#inside = false;
    this.#early = NOTHING_EARLY;
    clearTimeout(this.#retry);
  }

  /** The room was taken from the user: another one is tried after a while. */
  expelled(): void {
    this.leave();
    this.#roomId = null;
    this.#again(backoffMs(this.#attempts++));
  }

  /** A new connection: what failed before says nothing about it. */
  connected(): void {
    this.#attempts = 0;
    this.enter();
  }

  /** The same session over another connection. @returns whether the room is still entered */
  resumed(): boolean {
    if (!this.#inside) this.connected();
    return this.#inside;
  }

  /** What arrives on the way in may be newer than the snapshot. */
  keep(change: (early: Early) => Early): void {
    this.#early = change(this.#early);
  }

  async #join(number: number): Promise<void> {
    try {
      const roomId = this.#roomId ?? (await this.#describe());
      if (number !== this.#number) return;
      if (roomId === null) {
        this.#listeners.nowhere();
        return;
      }
      this.#roomId = roomId;
      const snapshot = await this.#connection.request('room:join', { roomId });
      if (number !== this.#number) return;
      const early = this.#early;
      this.#inside = true;
      this.#attempts = 0;
      this.#early = NOTHING_EARLY;
      this.#listeners.entered(snapshot, early);
      // Rooms and roles may have changed since the last time.
      await this.#describe();
    } catch (error) {
      if (number === this.#number && !this.#inside) this.#joinFailed(error);
    }
  }

  async #describe(): Promise<string | null> {
    const { rooms, roles } = await this.#connection.request('session:describe', {});
    this.#listeners.described(rooms, roles);
    return rooms[0]?.id ?? null;
  }

  #joinFailed(error: unknown): void {
    const refused = error instanceof HavenError;
    if (refused && (error.code === 'ROOM_NOT_ASSIGNED' || error.code === 'ROOM_UNKNOWN')) this.#roomId = null;
    this.#listeners.failed(error);
    this.#again((refused ? error.retryAfterMs : undefined) ?? backoffMs(this.#attempts++));
  }

  #again(waitMs: number): void {
    const number = this.#number;
    this.#retry = setTimeout(() => void this.#join(number), waitMs);
  }
}
