import type { Session as StoreSession, User } from '@supabase/supabase-js';
import { HavenError, type secondFactorSchema } from '@haven/protocol';
import type { z } from 'zod';
import type { Store, StoreClient } from '../../records/store.ts';
import { askAccounts } from './auth-calls.ts';
import { clientOf } from './user-client.ts';

/** As the authenticator app shows it. */
const NAME = 'Haven';

/** Codes of an authenticator app (TOTP, RFC 6238), where the account system offers them. */
export class SecondFactors {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get offered(): boolean {
    return this.#store.offersSecondFactor;
  }

  /** The one that signing in asks for; none that was begun and never confirmed. */
  factorOf(user: User): string | undefined {
    if (!this.offered) return undefined;
    return user.factors?.find(({ factor_type: type, status }) => type === 'totp' && status === 'verified')
      ?.id;
  }

  /**
   * @param client with a session that was given a password only
   * @throws HavenError WRONG_CODE, RATE_LIMITED, STORAGE_UNAVAILABLE
   */
  async verify(client: StoreClient, factorId: string, code: string): Promise<StoreSession> {
    await askAccounts(
      () => client.auth.mfa.challengeAndVerify({ factorId, code }),
      () => 'WRONG_CODE',
    );
    const { data } = await client.auth.getSession();
    if (data.session === null) throw new HavenError('STORAGE_UNAVAILABLE');
    return data.session;
  }

  /**
   * Begins to add one. What was begun before is void.
   * @throws HavenError NOT_FOUND (not offered), ALREADY_DONE, RATE_LIMITED, STORAGE_UNAVAILABLE
   */
  async begin(accessToken: string): Promise<z.infer<typeof secondFactorSchema>> {
    this.#requireOffered();
    const client = await clientOf(this.#store, accessToken);
    const factors = await askAccounts(
      () => client.auth.mfa.listFactors(),
      () => 'TOKEN_EXPIRED',
    );
    for (const { id, status } of factors?.all ?? []) {
      if (status === 'verified') throw new HavenError('ALREADY_DONE');
      await askAccounts(
        () => client.auth.mfa.unenroll({ factorId: id }),
        () => 'TOKEN_EXPIRED',
      );
    }
    const enrolled = await askAccounts(
      () => client.auth.mfa.enroll({ factorType: 'totp', friendlyName: NAME, issuer: NAME }),
      ({ code }) => (code === 'mfa_totp_enroll_not_enabled' ? 'NOT_FOUND' : 'TOKEN_EXPIRED'),
    );
    if (enrolled === null) throw new HavenError('STORAGE_UNAVAILABLE');
    return { factorId: enrolled.id, uri: enrolled.totp.uri, secret: enrolled.totp.secret };
  }

  /** @returns the session with new tokens @throws HavenError as {@link verify}, NOT_FOUND */
  async confirm(accessToken: string, factorId: string, code: string): Promise<StoreSession> {
    this.#requireOffered();
    return this.verify(await clientOf(this.#store, accessToken), factorId, code);
  }

  /** All of a user's, begun ones included. @throws HavenError NOT_FOUND (not offered), STORAGE_UNAVAILABLE */
  async remove(userId: string): Promise<void> {
    this.#requireOffered();
    const { mfa } = this.#store.service.auth.admin;
    const known = await askAccounts(
      () => mfa.listFactors({ userId }),
      () => 'USER_UNKNOWN',
    );
    for (const { id } of known?.factors ?? []) {
      await askAccounts(
        () => mfa.deleteFactor({ userId, id }),
        () => 'USER_UNKNOWN',
      );
    }
  }

  #requireOffered(): void {
    if (this.offered) return;
    throw new HavenError('NOT_FOUND', 'The account system of this installation offers no second factor.');
  }
}
