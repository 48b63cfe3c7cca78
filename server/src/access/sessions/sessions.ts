import type { StoreCalls } from '../../records/store-calls.ts';
import type { StoreClient } from '../../records/store.ts';
import type { RunningSession, SessionBook } from './session-book.ts';

/** Use is written to the store at most this often a session: after a restart sessions lock so much too early. */
const WRITE_USE_EVERY_MS = 30_000;
/** Ended and forgotten sessions are deleted from the store after this long. */
const KEEP_MS = 7 * 24 * 3_600_000;

type Dependencies = {
  book: SessionBook;
  client: StoreClient;
  calls: StoreCalls;
  /** ms since the epoch */
  clock: () => number;
  /** Something could not be written; the session goes by what this server knows. */
  onFailure: (error: unknown) => void;
};

/** Begins, uses and ends sessions: here at once, and in the store for other servers and the next start. */
export class Sessions {
  readonly #parts: Dependencies;
  /** When the use of a session was last written. */
  readonly #written = new WeakMap<RunningSession, number>();

  constructor(parts: Dependencies) {
    this.#parts = parts;
  }

  /** @throws HavenError STORAGE_UNAVAILABLE */
  async begin(session: RunningSession, address: string): Promise<void> {
    const { book, client, calls, clock, onFailure } = this.#parts;
    const row = {
      session_id: session.id,
      user_id: session.user,
      address,
      started_at: iso(session.startedAt),
      last_active_at: iso(session.activeAt),
      second_factor: session.secondFactor,
    };
    await calls.read(() => client.from('sessions').upsert(row));
    book.begin(session);
    this.#written.set(session, session.activeAt);
    const oldest = iso(clock() - KEEP_MS);
    await calls.read(() => client.from('sessions').delete().lt('started_at', oldest)).catch(onFailure);
  }

  /** Somebody uses it now. */
  async use(session: RunningSession): Promise<void> {
    const { book, client, calls, clock, onFailure } = this.#parts;
    book.touch(session);
    const writtenAt = this.#written.get(session) ?? -Infinity;
    if (clock() - writtenAt < WRITE_USE_EVERY_MS) return;
    this.#written.set(session, session.activeAt);
    const used = { last_active_at: iso(session.activeAt) };
    try {
      await calls.read(() => client.from('sessions').update(used).eq('session_id', session.id));
    } catch (error) {
      onFailure(error);
    }
  }

  /** The user proved to be there: other servers are told at once. @throws HavenError STORAGE_UNAVAILABLE */
  async unlock(session: RunningSession): Promise<void> {
    const { book, client, calls, clock } = this.#parts;
    const used = { last_active_at: iso(clock()) };
    await calls.read(() => client.from('sessions').update(used).eq('session_id', session.id));
    book.touch(session);
    this.#written.set(session, session.activeAt);
  }

  /** Here it has ended, whatever the store does. @throws HavenError STORAGE_UNAVAILABLE */
  async end(sessionId: string): Promise<void> {
    this.#parts.book.end(sessionId);
    await this.#writeEnd([sessionId]);
  }

  /** @param except one that goes on @throws HavenError STORAGE_UNAVAILABLE */
  async endOthersOf(userId: string, except: string): Promise<void> {
    const { book, client, calls, clock } = this.#parts;
    const ended = { ended_at: iso(clock()) };
    const rows = await calls.read(() =>
      client
        .from('sessions')
        .update(ended)
        .eq('user_id', userId)
        .is('ended_at', null)
        .neq('session_id', except)
        .select('session_id'),
    );
    for (const { session_id: sessionId } of rows) book.end(sessionId);
  }

  /** @throws HavenError STORAGE_UNAVAILABLE */
  async setSecondFactor(userId: string, on: boolean): Promise<void> {
    const { book, client, calls } = this.#parts;
    const change = { second_factor: on };
    await calls.read(() => client.from('sessions').update(change).eq('user_id', userId).is('ended_at', null));
    for (const session of book.ofUser(userId)) book.setSecondFactor(session, on);
  }

  /** As `SessionBook.reconcile`; what the store was not told before is told again. */
  reconcile(stored: readonly RunningSession[], readSince: number): boolean {
    const { book, onFailure } = this.#parts;
    const untold = book.endedHere(stored);
    if (untold.length > 0) this.#writeEnd(untold).catch(onFailure);
    return book.reconcile(stored, readSince);
  }

  async #writeEnd(sessionIds: readonly string[]): Promise<void> {
    const { client, calls, clock } = this.#parts;
    const ended = { ended_at: iso(clock()) };
    await calls.read(() =>
      client.from('sessions').update(ended).in('session_id', sessionIds).is('ended_at', null),
    );
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
