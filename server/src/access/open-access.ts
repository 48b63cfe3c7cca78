import type { Session as StoreSession } from '@supabase/supabase-js';
import { HavenError, type Session } from '@haven/protocol';
import { limiterOfNode, type OpenLimiter } from '../admission/limiters.ts';
import { NetworkList } from '../config/networks.ts';
import { StoreCalls } from '../records/store-calls.ts';
import type { Store } from '../records/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type {
  Access,
  Action,
  CvWorkerPrincipal,
  DevicePrincipal,
  Principal,
  Rights,
  UserPrincipal,
} from './access.ts';
import type { Accounts } from './accounts.ts';
import { EmergencyAccess } from './break-glass/emergency-access.ts';
import { MachineAccess } from './machine-access.ts';
import { allows } from './matrix.ts';
import { RightsWatch } from './rights-watch.ts';
import { SessionBook } from './sessions/session-book.ts';
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from './sessions/session-limits.ts';
import { Sessions } from './sessions/sessions.ts';
import { AccountLocks } from './sign-in/account-locks.ts';
import { SecondFactors } from './sign-in/second-factors.ts';
import { SignInLimits } from './sign-in/sign-in-limits.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { StoreAccounts, type Caller } from './store-accounts.ts';
import { claimsOfVerified, TokenVerifier } from './token-verifier.ts';

const NO_RIGHTS: Rights = { roles: new Set(), roomIds: new Set() };

export type AccessOptions = {
  store: Store;
  telemetry: Telemetry;
  /** ms since the epoch */
  clock: () => number;
  sessions?: SessionLimits;
  /** Networks whose addresses stand for many people: only accounts are locked there. */
  trustedNetworks?: NetworkList;
  openLimiter?: OpenLimiter;
};

export type OpenedAccess = Access & {
  /** Rights changed in the store: reads them anew. */
  reread: () => Promise<void>;
};

/** @throws Error when the store does not answer */
export async function openAccess({
  store,
  telemetry,
  clock,
  sessions: limits = DEFAULT_SESSION_LIMITS,
  trustedNetworks = new NetworkList(),
  openLimiter = limiterOfNode,
}: AccessOptions): Promise<OpenedAccess> {
  const book = new SessionBook(limits, clock);
  const calls = new StoreCalls();
  const sessions = new Sessions({
    book,
    client: store.service,
    calls,
    clock,
    onFailure: (error) => telemetry.logger.warn({ err: error }, 'a session could not be written'),
  });
  const watch = await RightsWatch.start({
    client: store.service,
    clock,
    onFailure: (error) =>
      telemetry.logger.warn({ err: error }, 'rights could not be read; the last known ones hold'),
    onRead: (snapshot, readSince) => sessions.reconcile(snapshot.sessions, readSince),
  });
  telemetry.gauge('haven_rights_age_seconds', 'Age of the rights by which requests are decided', () =>
    Math.round(watch.ageMs / 1000),
  );
  return new StoreAccess({
    ...{ store, telemetry, clock, trustedNetworks, openLimiter },
    ...{ book, calls, sessions, watch },
  });
}

type Parts = Required<Omit<AccessOptions, 'sessions'>> & {
  book: SessionBook;
  calls: StoreCalls;
  sessions: Sessions;
  watch: RightsWatch;
};

class StoreAccess implements OpenedAccess {
  readonly accounts: Accounts;
  readonly emergencyAccess: EmergencyAccess;
  readonly #watch: RightsWatch;
  readonly #clock: () => number;
  readonly #book: SessionBook;
  readonly #sessions: Sessions;
  readonly #signIn: SignIn;
  readonly #machines: MachineAccess;
  readonly #verifier: TokenVerifier;
  readonly #countSignIn: (result: string) => void;

  constructor({ store, telemetry, clock, trustedNetworks, openLimiter, ...parts }: Parts) {
    const { book, calls, sessions, watch } = parts;
    this.#watch = watch;
    this.#clock = clock;
    this.#book = book;
    this.#sessions = sessions;
    this.#machines = new MachineAccess(watch);
    this.#verifier = new TokenVerifier(store.tokenVerification, clock);
    const secondFactors = new SecondFactors(store);
    const locks = new AccountLocks({ client: store.service, calls, clock });
    const limits = new SignInLimits(trustedNetworks, openLimiter);
    this.#signIn = new SignIn({ store, calls, limits, locks, secondFactors });
    const rights = (userId: string) => this.rights(userId);
    this.accounts = new StoreAccounts({
      ...{ store, calls, clock, watch, book, sessions, secondFactors },
      signIn: this.#signIn,
      rights,
      callerOf: (principal) => this.#callerOf(principal),
      describe: (tokens) => this.#describe(tokens),
    });
    this.emergencyAccess = new EmergencyAccess({
      ...{ client: store.service, calls, clock, rights, openLimiter },
      changed: () => this.reread(),
    });
    const signIns = telemetry.counter('haven_sign_ins_total', 'Attempts to sign in, by result');
    this.#countSignIn = (result) => signIns.add(1, { result });
  }

  async signIn(email: string, password: string, address: string, code?: string): Promise<Session> {
    try {
      const { session, secondFactor } = await this.#signIn.signIn({ email, password, code }, address);
      const described = await this.#begin(session, secondFactor, address);
      this.#countSignIn('done');
      return described;
    } catch (error) {
      this.#countSignIn(error instanceof HavenError ? error.code : 'INTERNAL');
      throw error;
    }
  }

  async #begin(tokens: StoreSession, secondFactor: boolean, address: string): Promise<Session> {
    try {
      const described = await this.#describe(tokens);
      const { userId, sessionId } = await this.#verifier.verify(tokens.access_token);
      const now = this.#clock();
      await this.#sessions.begin(
        { id: sessionId, user: userId, startedAt: now, activeAt: now, secondFactor },
        address,
      );
      return described;
    } catch (error) {
      await this.#signIn.discard(tokens).catch(() => undefined);
      throw error;
    }
  }

  async refresh(refreshToken: string, address: string): Promise<Session> {
    const tokens = await this.#signIn.refresh(refreshToken, address);
    try {
      await this.authenticateUser(tokens.access_token);
      return await this.#describe(tokens);
    } catch (error) {
      if (!(error instanceof HavenError) || error.code === 'STORAGE_UNAVAILABLE') throw error;
      await this.#signIn.discard(tokens).catch(() => undefined);
      throw error.code === 'TOKEN_REVOKED' ? new HavenError('TOKEN_EXPIRED') : error;
    }
  }

  async signOut(principal: UserPrincipal): Promise<void> {
    const { sessionId } = claimsOfVerified(principal.accessToken);
    await this.#sessions.end(sessionId);
    this.#watch.announce();
    await this.#signIn.discard({ access_token: principal.accessToken });
  }

  async authenticateUser(accessToken: string): Promise<UserPrincipal> {
    const { userId, sessionId, expiresAt } = await this.#verifier.verify(accessToken);
    const user = await this.#watch.find((snapshot) => snapshot.user(userId));
    const session = await this.#watch.find(() => this.#book.find(sessionId));
    if (user === undefined || session?.user !== userId) throw new HavenError('TOKEN_REVOKED');
    if (this.#book.endsAt(session) <= this.#clock()) throw new HavenError('TOKEN_EXPIRED');
    return { kind: 'user', userId, displayName: user.name, accessToken, expiresAt };
  }

  authenticateDevice(token: string): Promise<DevicePrincipal> {
    return this.#machines.authenticateDevice(token);
  }

  authenticateCvWorker(key: string): Promise<CvWorkerPrincipal> {
    return this.#machines.authenticateCvWorker(key);
  }

  rights(userId: string): Rights {
    const user = this.#watch.current.user(userId);
    if (user === undefined) return NO_RIGHTS;
    return { roles: new Set(user.roles), roomIds: this.#watch.current.roomsOf(user, this.#clock()) };
  }

  authorize(principal: Principal, action: Action, roomId?: string): void {
    if (principal.kind === 'user') this.#authorizeUser(principal, action, roomId);
    else if (principal.kind === 'device') this.#machines.authorizeDevice(principal, action, roomId);
    else this.#machines.authorizeCvWorker(principal, action);
  }

  reread(): Promise<void> {
    return this.#watch.reread();
  }

  onChange(listener: () => void): () => void {
    return this.#watch.onChange(listener);
  }

  close(): Promise<void> {
    return this.#watch.close();
  }

  #authorizeUser(principal: UserPrincipal, action: Action, roomId: string | undefined): void {
    const { user, session } = this.#callerOf(principal);
    if (user.passwordChangeRequired) throw new HavenError('PASSWORD_CHANGE_REQUIRED');
    if (!allows(user.roles, action)) throw new HavenError('FORBIDDEN');
    if (roomId !== undefined && !this.#watch.current.roomsOf(user, this.#clock()).has(roomId)) {
      throw new HavenError('ROOM_NOT_ASSIGNED');
    }
    if (this.#book.isLocked(session)) throw new HavenError('SESSION_LOCKED');
  }

  /** @throws HavenError TOKEN_EXPIRED, TOKEN_REVOKED, STORAGE_UNAVAILABLE */
  #callerOf(principal: UserPrincipal): Caller {
    const now = this.#clock();
    const { sessionId, expiresAt } = claimsOfVerified(principal.accessToken);
    if (expiresAt <= now) throw new HavenError('TOKEN_EXPIRED');
    const user = this.#watch.current.user(principal.userId);
    const session = this.#book.find(sessionId);
    if (user === undefined || session === undefined) throw new HavenError('TOKEN_REVOKED');
    if (this.#book.endsAt(session) <= now) throw new HavenError('TOKEN_EXPIRED');
    return { user, session };
  }

  /** @throws HavenError FORBIDDEN when the account is disabled, or was never given a profile */
  async #describe(tokens: { access_token: string; refresh_token: string }): Promise<Session> {
    const { userId, expiresAt } = await this.#verifier.verify(tokens.access_token);
    const user = await this.#watch.find((snapshot) => snapshot.user(userId));
    if (user === undefined) {
      throw new HavenError('FORBIDDEN', 'This account is disabled. Ask an administrator.');
    }
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      expiresAt,
      user: { id: userId, displayName: user.name, roles: user.roles },
      passwordChangeRequired: user.passwordChangeRequired,
    };
  }
}
