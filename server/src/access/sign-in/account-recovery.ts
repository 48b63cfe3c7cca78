import { HavenError } from '@haven/protocol';
import { StoreCalls } from '../../records/store-calls.ts';
import type { Store } from '../../records/store.ts';
import { newPassword } from '../administration/passwords.ts';
import { AccountLocks } from './account-locks.ts';
import { SecondFactors } from './second-factors.ts';

/**
 * What administrators do for somebody who cannot sign in any more, over HTTP or on a command line. Auditing it is the
 * caller's.
 */
export class AccountRecovery {
  readonly #store: Store;
  readonly #calls = new StoreCalls();
  readonly #clock: () => number;
  readonly #locks: AccountLocks;
  readonly #secondFactors: SecondFactors;

  /** @param clock ms since the epoch */
  constructor(store: Store, clock: () => number) {
    this.#store = store;
    this.#clock = clock;
    this.#locks = new AccountLocks({ client: store.service, calls: this.#calls, clock });
    this.#secondFactors = new SecondFactors(store);
  }

  /** Of these addresses, those that are locked after wrong passwords, and until when, ms since the epoch. */
  lockedUntil(emails: readonly string[]): Promise<Map<string, number>> {
    return this.#locks.lockedUntil(emails);
  }

  /** Lets somebody sign in before the lock ends. @throws HavenError STORAGE_UNAVAILABLE */
  unlock(email: string): Promise<void> {
    return this.#locks.unlock(email);
  }

  /**
   * Gives the user a password that must be changed before anything else, removes the second factor and a lock, and
   * ends all of the user's sessions.
   *
   * @returns the password, which is stored nowhere
   * @throws HavenError USER_UNKNOWN, STORAGE_UNAVAILABLE
   */
  async resetPassword(userId: string): Promise<string> {
    const { service } = this.#store;
    const [profile] = await this.#calls.read(() =>
      service.from('profiles').select('email').eq('user_id', userId),
    );
    if (profile === undefined) throw new HavenError('USER_UNKNOWN');
    await this.requirePasswordChange(userId);
    const password = newPassword();
    try {
      await this.#store.setPassword(userId, password);
    } catch (error) {
      throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error });
    }
    if (this.#secondFactors.offered) await this.#secondFactors.remove(userId);
    const ended = { ended_at: new Date(this.#clock()).toISOString() };
    await this.#calls.read(() =>
      service.from('sessions').update(ended).eq('user_id', userId).is('ended_at', null),
    );
    await this.unlock(profile.email);
    return password;
  }

  /** Somebody else knows the user's password: nothing but changing it is allowed. */
  async requirePasswordChange(userId: string): Promise<void> {
    const change = { password_change_required: true };
    await this.#calls.read(() => this.#store.service.from('profiles').update(change).eq('user_id', userId));
  }
}
