import type { ErrorCode, MonitorRequests } from '@haven/protocol';
import { z } from 'zod';

/** Who holds nothing and asks nothing for this long, ms, is sent away: the connection is somebody else's. */
export const IDLE_CONNECTION_MS = 60_000;
/** A viewer who looks at nothing for this long, ms, is the first to leave when memory runs out. */
export const IDLE_VIEWER_MS = 300_000;

/** What somebody does at a wall. Everything else a page does by itself too, also in the background. */
const BY_PEOPLE: ReadonlySet<string> = new Set<keyof MonitorRequests>([
  ...(['room:join', 'talk:start', 'privacy:pause', 'privacy:resume'] as const),
  ...(['alert:acknowledge', 'alert:silence', 'alarm:pause', 'alarm:resume'] as const),
]);

const viewSchema = z.object({ tiles: z.array(z.object({ visible: z.boolean() })) });

/** The part of a Socket.IO socket that matters here. */
export type WatchedSocket = {
  onAny(listener: (name: string, ...parts: unknown[]) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  emit(event: 'session:ended', message: { code: ErrorCode }): unknown;
  disconnect(close: boolean): unknown;
};

type Watched = {
  holds: () => boolean;
  askedAt: number;
  looking: boolean;
  /** When somebody last looked or did something. */
  usedAt: number;
};

/** Knows which connections are used, and which only take a place. */
export class SessionWatch<S extends WatchedSocket> {
  readonly #clock: () => number;
  readonly #watched = new Map<S, Watched>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @param holds whether something would be lost: a room that is joined, a stream that is published */
  follow(socket: S, holds: () => boolean): void {
    const now = this.#clock();
    const watched: Watched = { holds, askedAt: now, looking: false, usedAt: now };
    this.#watched.set(socket, watched);
    socket.onAny((name, payload) => {
      watched.askedAt = this.#clock();
      if (watched.looking || BY_PEOPLE.has(name)) watched.usedAt = watched.askedAt;
      if (name === 'view:report') watched.looking = isLooking(payload);
    });
    socket.on('disconnect', () => this.#watched.delete(socket));
  }

  /** Ends connections that only take a place. @returns how many */
  endIdle(): number {
    const before = this.#clock() - IDLE_CONNECTION_MS;
    const idle = [...this.#watched].filter(([, { holds, askedAt }]) => askedAt <= before && !holds());
    for (const [socket] of idle) end(socket, 'TIMEOUT');
    return idle.length;
  }

  /** Ends the connection of the viewer who has looked at nothing for longest. @returns it, if there was one */
  endLongestIdle(): S | undefined {
    const before = this.#clock() - IDLE_VIEWER_MS;
    const [longest] = [...this.#watched]
      .filter(([, { holds, looking, usedAt }]) => !looking && usedAt <= before && holds())
      .sort(([, one], [, other]) => one.usedAt - other.usedAt);
    if (longest === undefined) return undefined;
    const [socket] = longest;
    end(socket, 'OVERLOADED');
    return socket;
  }
}

function end(socket: WatchedSocket, code: ErrorCode): void {
  socket.emit('session:ended', { code });
  socket.disconnect(true);
}

function isLooking(payload: unknown): boolean {
  return viewSchema.safeParse(payload).data?.tiles.some(({ visible }) => visible) ?? false;
}
