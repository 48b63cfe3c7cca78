import { emptySchema, HavenError, sessionSchema, type ErrorCode, type Session } from '@haven/protocol';
import type { Api } from './api.ts';
import type { Clock } from './clock.ts';
import { Store, type Readable } from './store.ts';

const STORAGE_KEY = 'haven.session';
/** A token is renewed when it has less than this left, ms. */
const RENEW_BEFORE_MS = 60_000;
/** Renewals by the timer are at least this far apart, ms: a browser whose clock is wrong must not renew in a loop. */
const SHORTEST_TIMER_MS = 30_000;
/** setTimeout takes no more than 2^31 - 1 ms. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** Refusals after which only signing in again helps. */
const SESSION_OVER: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'TOKEN_REVOKED']);

export type SessionState = { session: Session | null; endedBy: HavenError | null };

/**
 * Who is signed in on this tab. Kept in sessionStorage, so that it survives a reload and ends with the tab; the
 * access token is renewed before it ends.
 */
export class SessionKeeper {
  readonly #api: Api;
  readonly #now: Clock;
  readonly #storage: Storage;
  readonly #state: Store<SessionState>;
  #renewal: Promise<string> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, storage: Storage, now: Clock) {
    this.#api = api;
    this.#now = now;
    this.#storage = storage;
    this.#state = new Store<SessionState>({ session: readStored(storage), endedBy: null });
    this.#schedule();
  }

  get state(): Readable<SessionState> {
    return this.#state;
  }

  /**
   * @param code of the second factor, where SECOND_FACTOR_REQUIRED asked for it
   * @throws HavenError WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, WRONG_CODE, ACCOUNT_LOCKED, RATE_LIMITED,
   * STORAGE_UNAVAILABLE; UnreachableError
   */
  async signIn(email: string, password: string, code?: string): Promise<void> {
    const body = { email, password, ...(code === undefined ? {} : { code }) };
    this.#keep(await this.#api('/auth/sign-in', sessionSchema, { method: 'POST', body }));
  }

  /** The server has given the same user's session other tokens. */
  replace(session: Session): void {
    if (this.#state.get().session?.user.id === session.user.id) this.#keep(session);
  }

  /** The server has said that the password must be changed first, or that it was. */
  setPasswordChangeRequired(required: boolean): void {
    const { session } = this.#state.get();
    if (session === null || session.passwordChangeRequired === required) return;
    this.#keep({ ...session, passwordChangeRequired: required });
  }

  /** Ends the session here at once, and on the server if it answers. */
  async signOut(): Promise<void> {
    const token = this.#state.get().session?.accessToken;
    this.#forget(null);
    if (token === undefined) return;
    await this.#api('/auth/sign-out', emptySchema, { method: 'POST', body: {}, token });
  }

  /** An access token that is good for a while. @throws HavenError, after which nobody is signed in; UnreachableError */
  async accessToken(): Promise<string> {
    const session = this.#state.get().session;
    if (session === null) throw new HavenError('UNAUTHENTICATED');
    return session.expiresAt - this.#now() > RENEW_BEFORE_MS ? session.accessToken : this.renew();
  }

  /** A new access token; callers at the same time share one request. */
  renew(): Promise<string> {
    this.#renewal ??= this.#refresh().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** The server has ended the session. */
  end(error: HavenError): void {
    this.#forget(error);
  }

  async #refresh(): Promise<string> {
    const session = this.#state.get().session;
    if (session === null) throw new HavenError('UNAUTHENTICATED');
    try {
      const renewed = await this.#api('/auth/refresh', sessionSchema, {
        method: 'POST',
        body: { refreshToken: session.refreshToken },
      });
      if (this.#state.get().session !== session) throw new HavenError('UNAUTHENTICATED');
      this.#keep(renewed);
      return renewed.accessToken;
    } catch (error) {
      const over = error instanceof HavenError && SESSION_OVER.has(error.code);
      if (over && this.#state.get().session === session) this.#forget(error);
      throw error;
    }
  }

  #keep(session: Session): void {
    this.#storage.setItem(STORAGE_KEY, JSON.stringify(session));
    this.#state.set({ session, endedBy: null });
    this.#schedule();
  }

  #forget(endedBy: HavenError | null): void {
    clearTimeout(this.#timer);
    this.#storage.removeItem(STORAGE_KEY);
    this.#state.set({ session: null, endedBy });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const session = this.#state.get().session;
    if (session === null) return;
    const wait = session.expiresAt - this.#now() - RENEW_BEFORE_MS;
    this.#timer = setTimeout(
      // A failure shows itself where the token is used next.
      () => void this.renew().catch(() => undefined),
      Math.min(Math.max(wait, SHORTEST_TIMER_MS), LONGEST_TIMER_MS),
    );
  }
}

function readStored(storage: Storage): Session | null {
  try {
    const stored = sessionSchema.safeParse(JSON.parse(storage.getItem(STORAGE_KEY) ?? 'null'));
    return stored.success ? stored.data : null;
  } catch {
    return null;
  }
}
