import { createHash } from 'node:crypto';
import { HavenError } from '@haven/protocol';
import { timeout, TimeoutStrategy } from 'cockatiel';
import { dataOf, type StoreAnswer, type StoreCalls } from '../../records/store-calls.ts';
import type { StoreClient } from '../../records/store.ts';

/** Wrong passwords for one account, from anywhere, after which it is locked. */
const ATTEMPTS = 10;
/** The time in which they count, and for which the account is locked, s. */
const LOCK_S = 15 * 60;
/** As for a sign-in: beyond this the store is taken for gone. */
const CALL_TIMEOUT_MS = 10_000;
/** Accounts asked for at once: a page of the administration's list. */
const ACCOUNTS_A_QUERY = 200;

type Dependencies = {
  client: StoreClient;
  calls: StoreCalls;
  /** ms since the epoch */
  clock: () => number;
};

/** What became of an attempt that was counted as a failure when it began. */
export type Attempt = {
  /** The password was right: the account starts anew. */
  succeeded(): Promise<void>;
  /** Nobody decided about the password, or a code is still missing. */
  undecided(): Promise<void>;
};

/**
 * Locks accounts that passwords are tried on, also across restarts and for all servers. An address that nobody has is
 * locked like any other, so that the answers tell nothing about who has an account.
 */
export class AccountLocks {
  readonly #parts: Dependencies;

  constructor(parts: Dependencies) {
    this.#parts = parts;
  }

  /** @throws HavenError ACCOUNT_LOCKED with the time to wait, STORAGE_UNAVAILABLE */
  async attempt(email: string): Promise<Attempt> {
    const { client, clock } = this.#parts;
    const account = accountOf(email);
    const now = clock();
    const lockedUntil = await once(() =>
      client.rpc('count_sign_in_attempt', {
        p_account: account,
        p_now: new Date(now).toISOString(),
        p_limit: ATTEMPTS,
        p_seconds: LOCK_S,
      }),
    );
    if (lockedUntil !== null) {
      const retryAfterMs = Math.max(1, Date.parse(lockedUntil) - now);
      throw new HavenError('ACCOUNT_LOCKED', undefined, { retryAfterMs });
    }
    return {
      succeeded: () => this.unlock(email),
      undecided: async () => {
        await once(() => client.rpc('uncount_sign_in_attempt', { p_account: account }));
      },
    };
  }

  /** Lets somebody sign in again at once. @throws HavenError STORAGE_UNAVAILABLE */
  async unlock(email: string): Promise<void> {
    const { client, calls } = this.#parts;
    await calls.read(() => client.from('sign_in_attempts').delete().eq('account', accountOf(email)));
  }

  /** Of these addresses, those that are locked now, and until when, ms. @throws HavenError STORAGE_UNAVAILABLE */
  async lockedUntil(emails: readonly string[]): Promise<Map<string, number>> {
    const { client, calls, clock } = this.#parts;
    const now = new Date(clock()).toISOString();
    const locked = new Map<string, number>();
    for (let from = 0; from < emails.length; from += ACCOUNTS_A_QUERY) {
      const byAccount = new Map(
        emails.slice(from, from + ACCOUNTS_A_QUERY).map((email) => [accountOf(email), email]),
      );
      const rows = await calls.read(() =>
        client
          .from('sign_in_attempts')
          .select('account, locked_until')
          .in('account', [...byAccount.keys()])
          .gt('locked_until', now),
      );
      for (const { account, locked_until: until } of rows) {
        const email = byAccount.get(account);
        if (email !== undefined && until !== null) locked.set(email, Date.parse(until));
      }
    }
    return locked;
  }
}

/** Addresses are not stored: people type passwords into that field, too. */
function accountOf(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex');
}

/** Without a second try: what was counted, although the answer was lost, would be counted twice. */
async function once<T>(call: () => PromiseLike<StoreAnswer<T>>): Promise<T> {
  try {
    const limit = timeout(CALL_TIMEOUT_MS, TimeoutStrategy.Aggressive);
    return await limit.execute(async () => dataOf(await call()));
  } catch (error) {
    throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error });
  }
}
