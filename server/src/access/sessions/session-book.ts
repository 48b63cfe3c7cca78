import type { SessionLimits } from './session-limits.ts';

/** A session that has not ended. Times are ms since the epoch. */
export type RunningSession = {
  id: string;
  user: string;
  startedAt: number;
  /** When somebody last used it. */
  activeAt: number;
  /** The user has a second factor, which was given. */
  secondFactor: boolean;
};

/** @param knownSince on the monotonic clock of this process, ms */
type Entry = { session: RunningSession; knownSince: number };

/**
 * The sessions that run, as far as this server knows: those in the store, as last read, and what this server did since
 * that reading began. Deciding needs no query.
 */
export class SessionBook {
  readonly #limits: SessionLimits;
  readonly #clock: () => number;
  readonly #running = new Map<string, Entry>();
  /** Sessions that this server ended, until a reading shows that the store knows it: id to monotonic ms. */
  readonly #ended = new Map<string, number>();

  constructor(limits: SessionLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes over what the store says.
   *
   * @param readSince when that reading began, on the monotonic clock, ms: what changed here later stays
   * @returns whether a session ended or was unlocked elsewhere
   */
  reconcile(stored: readonly RunningSession[], readSince: number): boolean {
    let changed = false;
    const listed = new Set(stored.map(({ id }) => id));
    for (const [id, endedAt] of this.#ended) {
      if (endedAt < readSince && !listed.has(id)) this.#ended.delete(id);
    }
    for (const [id, { knownSince }] of this.#running) {
      if (listed.has(id) || knownSince >= readSince) continue;
      this.#running.delete(id);
      changed = true;
    }
    for (const session of stored) {
      if (this.#ended.has(session.id)) continue;
      const known = this.#running.get(session.id);
      if (known === undefined) {
        this.#running.set(session.id, { session, knownSince: readSince });
        continue;
      }
      const wasLocked = this.isLocked(known.session);
      known.session.activeAt = Math.max(known.session.activeAt, session.activeAt);
      if (known.knownSince < readSince) known.session.secondFactor = session.secondFactor;
      changed ||= wasLocked && !this.isLocked(known.session);
    }
    return changed;
  }

  /** A session that has not ended; one that is over by time is still given, see {@link endsAt}. */
  find(sessionId: string): RunningSession | undefined {
    return this.#running.get(sessionId)?.session;
  }

  ofUser(userId: string): RunningSession[] {
    return [...this.#running.values()].flatMap(({ session }) => (session.user === userId ? [session] : []));
  }

  /** Sessions that ended here although the store still lists them: it was away when it should have been told. */
  endedHere(stored: readonly RunningSession[]): string[] {
    return stored.flatMap(({ id }) => (this.#ended.has(id) ? [id] : []));
  }

  begin(session: RunningSession): void {
    this.#running.set(session.id, { session, knownSince: performance.now() });
  }

  end(sessionId: string): void {
    this.#running.delete(sessionId);
    this.#ended.set(sessionId, performance.now());
  }

  /** Somebody uses it now. */
  touch(session: RunningSession): void {
    session.activeAt = Math.max(session.activeAt, this.#clock());
  }

  setSecondFactor(session: RunningSession, on: boolean): void {
    session.secondFactor = on;
    const entry = this.#running.get(session.id);
    if (entry !== undefined) entry.knownSince = performance.now();
  }

  endsAt({ startedAt }: RunningSession): number {
    return startedAt + this.#limits.absoluteMs;
  }

  /** null: never. */
  locksAt({ activeAt }: RunningSession): number | null {
    const { inactivityMs } = this.#limits;
    return inactivityMs === null ? null : activeAt + inactivityMs;
  }

  isLocked(session: RunningSession): boolean {
    const locksAt = this.locksAt(session);
    return locksAt !== null && locksAt <= this.#clock();
  }
}
