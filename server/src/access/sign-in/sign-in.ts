import type { Session as StoreSession } from '@supabase/supabase-js';
import { HavenError } from '@haven/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoreCalls } from '../../records/store-calls.ts';
import type { Store, StoreClient } from '../../records/store.ts';
import type { AccountLocks, Attempt } from './account-locks.ts';
import { askAccounts } from './auth-calls.ts';
import type { SecondFactors } from './second-factors.ts';
import type { SignInLimits } from './sign-in-limits.ts';

/**
 * A wrong password is answered after this time, ms, counted from the question: for an address that nobody has no hash
 * is computed, which would show in the time.
 */
const WRONG_PASSWORD_AFTER_MS = 300;

type Dependencies = {
  store: Store;
  calls: StoreCalls;
  limits: SignInLimits;
  locks: AccountLocks;
  secondFactors: SecondFactors;
};
type PasswordGiven = { client: StoreClient; session: StoreSession };

/** Asks for passwords and codes: every question counts against the address and the account, until it is answered well. */
export class SignIn {
  readonly #parts: Dependencies;

  constructor(parts: Dependencies) {
    this.#parts = parts;
  }

  /**
   * @throws HavenError WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, WRONG_CODE, ACCOUNT_LOCKED, RATE_LIMITED,
   * STORAGE_UNAVAILABLE
   */
  async signIn(
    { email, password, code }: { email: string; password: string; code: string | undefined },
    address: string,
  ): Promise<{ session: StoreSession; secondFactor: boolean }> {
    const { secondFactors } = this.#parts;
    return this.#attempt(email, address, async () => {
      const given = await this.#givePassword(email, password);
      const factorId = secondFactors.factorOf(given.session.user);
      if (factorId === undefined) return { session: given.session, secondFactor: false };
      try {
        if (code === undefined) throw new HavenError('SECOND_FACTOR_REQUIRED');
        return { session: await secondFactors.verify(given.client, factorId, code), secondFactor: true };
      } catch (error) {
        await this.discard(given.session);
        throw error;
      }
    });
  }

  /** Whether it is the user's password. @throws HavenError as {@link signIn}, but asks for no code */
  async requirePassword(userId: string, password: string, address: string): Promise<void> {
    const email = await this.emailOf(userId);
    await this.#attempt(email, address, async () => {
      await this.discard((await this.#givePassword(email, password)).session);
    });
  }

  /** @throws HavenError TOKEN_EXPIRED, RATE_LIMITED, STORAGE_UNAVAILABLE */
  async refresh(refreshToken: string, address: string): Promise<StoreSession> {
    const { store, limits } = this.#parts;
    await limits.refresh(address);
    const client = store.forSignIn();
    const { session } = await askAccounts(
      () => client.auth.refreshSession({ refresh_token: refreshToken }),
      () => 'TOKEN_EXPIRED',
    );
    if (session === null) throw new HavenError('TOKEN_EXPIRED');
    return session;
  }

  /** Ends it in the account system as well; one that has ended there already is no failure. */
  async discard({ access_token: accessToken }: Pick<StoreSession, 'access_token'>): Promise<void> {
    const { service } = this.#parts.store;
    await askAccounts(
      () => service.auth.admin.signOut(accessToken, 'local'),
      () => 'TOKEN_EXPIRED',
    ).catch((error: unknown) => {
      if (!(error instanceof HavenError) || error.code !== 'TOKEN_EXPIRED') throw error;
    });
  }

  /** @throws HavenError TOKEN_REVOKED when the user is gone, STORAGE_UNAVAILABLE */
  async emailOf(userId: string): Promise<string> {
    const { store, calls } = this.#parts;
    const [profile] = await calls.read(() =>
      store.service.from('profiles').select('email').eq('user_id', userId),
    );
    if (profile === undefined) throw new HavenError('TOKEN_REVOKED');
    return profile.email;
  }

  /** Counts it as a failure unless it succeeds; what fails for another reason than the caller is not counted. */
  async #attempt<T>(email: string, address: string, ask: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const spared = await this.#parts.limits.attempt(address);
    let attempt: Attempt | undefined;
    try {
      attempt = await this.#parts.locks.attempt(email);
      const answer = await ask();
      await Promise.all([spared(), attempt.succeeded()]);
      return answer;
    } catch (error) {
      const code = error instanceof HavenError ? error.code : 'INTERNAL';
      if (code === 'WRONG_PASSWORD') {
        await reached(startedAt + WRONG_PASSWORD_AFTER_MS);
      } else if (code !== 'WRONG_CODE' && code !== 'ACCOUNT_LOCKED') {
        // A right password without a code gives no new attempts: codes could be tried for ever.
        await Promise.allSettled([spared(), attempt?.undecided()]);
      }
      throw error;
    }
  }

  async #givePassword(email: string, password: string): Promise<PasswordGiven> {
    const client = this.#parts.store.forSignIn();
    const { session } = await askAccounts(
      () => client.auth.signInWithPassword({ email, password }),
      () => 'WRONG_PASSWORD',
    );
    return { client, session };
  }
}

/** Timers count whole milliseconds and may fire a little early. @param time of performance.now() */
async function reached(time: number): Promise<void> {
  for (let left = time - performance.now(); left > 0; left = time - performance.now())
    await delay(Math.ceil(left));
}
