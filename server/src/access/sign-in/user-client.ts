import type { Store, StoreClient } from '../../records/store.ts';
import { askAccounts } from './auth-calls.ts';

/** Never used: whoever calls renews tokens by itself. supabase-js wants one all the same. */
const NO_REFRESH_TOKEN = 'none';

/**
 * A client whose calls about the account are the user's own.
 * @param accessToken that goes on for more than 90 s; with less supabase-js would renew it first
 * @throws HavenError TOKEN_EXPIRED, STORAGE_UNAVAILABLE
 */
export async function clientOf(store: Store, accessToken: string): Promise<StoreClient> {
  const client = store.forSignIn();
  const session = { access_token: accessToken, refresh_token: NO_REFRESH_TOKEN };
  await askAccounts(
    () => client.auth.setSession(session),
    () => 'TOKEN_EXPIRED',
  );
  return client;
}
