import { isAuthRetryableFetchError, type AuthError } from '@supabase/supabase-js';
import { HavenError, type ErrorCode } from '@haven/protocol';
import { timeout, TimeoutStrategy } from 'cockatiel';

/** A sign-in computes a slow hash on purpose; beyond this the account system is taken for gone. */
const CALL_TIMEOUT_MS = 10_000;

/** As `supabase-js` answers about accounts. */
export type AuthAnswer<T> = { data: T; error: null } | { data: unknown; error: AuthError };

/**
 * Asks the account system.
 * @param refusal what it means that it refuses
 * @throws HavenError the refusal, RATE_LIMITED, STORAGE_UNAVAILABLE
 */
export async function askAccounts<T>(
  ask: () => Promise<AuthAnswer<T>>,
  refusal: (error: AuthError) => ErrorCode,
): Promise<T> {
  let answer: AuthAnswer<T>;
  try {
    answer = await timeout(CALL_TIMEOUT_MS, TimeoutStrategy.Aggressive).execute(ask);
  } catch (error) {
    throw new HavenError('STORAGE_UNAVAILABLE', undefined, { cause: error });
  }
  if (answer.error === null) return answer.data;
  throw new HavenError(codeOf(answer.error, refusal), undefined, { cause: answer.error });
}

function codeOf(error: AuthError, refusal: (error: AuthError) => ErrorCode): ErrorCode {
  if (error.status === 429) return 'RATE_LIMITED';
  const gone = isAuthRetryableFetchError(error) || error.status === undefined || error.status >= 500;
  return gone ? 'STORAGE_UNAVAILABLE' : refusal(error);
}
