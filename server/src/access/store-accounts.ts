import { HavenError, type secondFactorSchema, type Session, type SessionStatus } from '@haven/protocol';
import type { z } from 'zod';
import type { StoreCalls } from '../records/store-calls.ts';
import type { Store } from '../records/store.ts';
import type { Access, UserPrincipal } from './access.ts';
import type { Accounts } from './accounts.ts';
import { ACCESS_MATRIX } from './matrix.ts';
import type { KnownUser } from './rights-snapshot.ts';
import type { RightsWatch } from './rights-watch.ts';
import type { RunningSession, SessionBook } from './sessions/session-book.ts';
import type { Sessions } from './sessions/sessions.ts';
import { askAccounts } from './sign-in/auth-calls.ts';
import { requireStrongPassword } from './sign-in/password-policy.ts';
import type { SecondFactors } from './sign-in/second-factors.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import { clientOf } from './sign-in/user-client.ts';

/** Who asks, as known now. */
export type Caller = { user: KnownUser; session: RunningSession };

type Dependencies = {
  store: Store;
  calls: StoreCalls;
  clock: () => number;
  watch: RightsWatch;
  book: SessionBook;
  sessions: Sessions;
  signIn: SignIn;
  secondFactors: SecondFactors;
  rights: Access['rights'];
  /** @throws HavenError TOKEN_EXPIRED, TOKEN_REVOKED */
  callerOf: (principal: UserPrincipal) => Caller;
  describe: (tokens: { access_token: string; refresh_token: string }) => Promise<Session>;
};

export class StoreAccounts implements Accounts {
  readonly #parts: Dependencies;

  constructor(parts: Dependencies) {
    this.#parts = parts;
  }

  status(principal: UserPrincipal): SessionStatus {
    const { book, callerOf, clock, rights, secondFactors } = this.#parts;
    const { user, session } = callerOf(principal);
    const locksAt = book.locksAt(session);
    return {
      user: { id: user.id, displayName: user.name, roles: user.roles },
      startedAt: session.startedAt,
      endsAt: book.endsAt(session),
      locksAt: locksAt === null ? null : Math.min(locksAt, book.endsAt(session)),
      locked: book.isLocked(session),
      passwordChangeRequired: user.passwordChangeRequired,
      secondFactor: !secondFactors.offered ? 'unavailable' : session.secondFactor ? 'on' : 'off',
      actions: user.passwordChangeRequired ? [] : actionsOf(user),
      roomIds: [...rights(user.id).roomIds],
      serverTime: clock(),
    };
  }

  async use(principal: UserPrincipal): Promise<SessionStatus> {
    await this.#parts.sessions.use(this.#unlocked(principal).session);
    return this.status(principal);
  }

  async unlock(principal: UserPrincipal, password: string, address: string): Promise<void> {
    const { callerOf, sessions, signIn, watch } = this.#parts;
    await signIn.requirePassword(callerOf(principal).user.id, password, address);
    await sessions.unlock(callerOf(principal).session);
    watch.announce();
  }

  async changePassword(
    principal: UserPrincipal,
    { current, next }: { current: string; next: string },
    address: string,
  ): Promise<void> {
    const { calls, sessions, signIn, store, watch } = this.#parts;
    const { user, session } = this.#unlocked(principal);
    requireStrongPassword(next, [user.name, await signIn.emailOf(user.id)]);
    if (next === current)
      throw new HavenError('PASSWORD_WEAK', 'Choose another password than the present one.');
    await signIn.requirePassword(user.id, current, address);
    const client = await clientOf(store, principal.accessToken);
    await askAccounts(
      () => client.auth.updateUser({ password: next }),
      ({ code }) =>
        code === 'weak_password' || code === 'same_password' ? 'PASSWORD_WEAK' : 'TOKEN_EXPIRED',
    );
    await sessions.endOthersOf(user.id, session.id);
    await calls.read(() =>
      store.service.from('profiles').update({ password_change_required: false }).eq('user_id', user.id),
    );
    await watch.reread();
    watch.announce();
  }

  async userIdOf(email: string): Promise<string | undefined> {
    const { calls, store } = this.#parts;
    const [profile] = await calls.read(() =>
      store.service.from('profiles').select('user_id').eq('email', email.toLowerCase()),
    );
    return profile?.user_id;
  }

  beginSecondFactor(principal: UserPrincipal): Promise<z.infer<typeof secondFactorSchema>> {
    this.#unlocked(principal);
    return this.#parts.secondFactors.begin(principal.accessToken);
  }

  async confirmSecondFactor(principal: UserPrincipal, factorId: string, code: string): Promise<Session> {
    const { describe, secondFactors, sessions, watch } = this.#parts;
    const { user, session } = this.#unlocked(principal);
    const tokens = await secondFactors.confirm(principal.accessToken, factorId, code);
    await sessions.endOthersOf(user.id, session.id);
    await sessions.setSecondFactor(user.id, true);
    watch.announce();
    return describe(tokens);
  }

  async removeSecondFactor(principal: UserPrincipal, password: string, address: string): Promise<void> {
    const { secondFactors, sessions, signIn } = this.#parts;
    const { user } = this.#unlocked(principal);
    await signIn.requirePassword(user.id, password, address);
    await secondFactors.remove(user.id);
    await sessions.setSecondFactor(user.id, false);
  }

  /** @throws HavenError TOKEN_EXPIRED, TOKEN_REVOKED, SESSION_LOCKED */
  #unlocked(principal: UserPrincipal): Caller {
    const caller = this.#parts.callerOf(principal);
    if (this.#parts.book.isLocked(caller.session)) throw new HavenError('SESSION_LOCKED');
    return caller;
  }
}

function actionsOf({ roles }: KnownUser): string[] {
  return Object.entries(ACCESS_MATRIX).flatMap(([action, definition]) =>
    definition.roles.some((role) => roles.includes(role)) ? [action] : [],
  );
}
