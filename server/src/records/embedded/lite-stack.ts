import { App } from '@supabase/lite';
import { openLiteConnection } from './lite-connection.ts';
import { withMigrationSession } from './migration-session.ts';
import { migrate } from './migrations.ts';
import { withoutPrinting } from './quiet-console.ts';
import type { Secrets } from './secrets.ts';

/** How long an access token is good for, s. Rights are looked up at each use, so that it may be long. */
const ACCESS_TOKEN_LIFETIME_S = 3600;
export const MINIMUM_PASSWORD_LENGTH = 8;

/** The roles that a hosted Supabase has from the start. */
const ROLES_SQL = `do $$ begin
  if not exists (select from pg_roles where rolname = 'anon') then create role anon nologin; end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then create role authenticated nologin; end if;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin bypassrls;
  end if;
end $$`;
const GRANTS_SQL = `
  grant usage on schema auth, public to anon, authenticated, service_role;
  alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
  alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
  alter default privileges in schema public grant all on functions to anon, authenticated, service_role`;

/** The stack's HTTP interface, called in process: no port is open. */
export type LiteStack = {
  fetch: typeof fetch;
  /** The same with sign-up allowed; never reachable from outside this process. */
  fetchWithSignUp: typeof fetch;
  close(): Promise<void>;
};

/**
 * PostgREST and GoTrue as `@supabase/lite` speaks them, on a PostgreSQL.
 *
 * @param migrations directory of the migrations to apply first; left out when a running server has applied them
 * @throws StoreStartError when a migration fails
 */
export async function openLiteStack(
  url: string,
  secrets: Secrets,
  migrations: string | undefined,
): Promise<LiteStack> {
  const { connection, close } = openLiteConnection(url);
  const makeApp = (signUp: boolean) =>
    new App({
      connection,
      db: { driver: 'postgres' },
      auth: {
        enabled: true,
        enable_signup: signUp,
        jwt_secret: secrets.jwt,
        jwt_expiry: ACCESS_TOKEN_LIFETIME_S,
        minimum_password_length: MINIMUM_PASSWORD_LENGTH,
        publishable_key: secrets.publishableKey,
        secret_key: secrets.secretKey,
        email: { enable_signup: signUp, enable_confirmations: false },
      },
    });
  const app = makeApp(false);
  const signUpApp = makeApp(true);
  try {
    await withoutPrinting(async () => {
      // Left to itself, the stack grants every role everything at its first request, and undoes our REVOKEs.
      Object.assign(connection, { rlsState: 'active' });
      if (migrations === undefined) return;
      await withMigrationSession(url, async (session) => {
        await app.ensureSystemSchema();
        await connection.exec(ROLES_SQL);
        await connection.exec(GRANTS_SQL);
        await migrate(session, migrations);
      });
      await connection.clearSchemaCache();
    });
  } catch (error) {
    await close();
    throw error;
  }
  const inProcess =
    (target: typeof app): typeof fetch =>
    (input, init) =>
      withoutPrinting(() => target.fetch(new Request(input, init)));
  return {
    fetch: inProcess(app),
    fetchWithSignUp: inProcess(signUpApp),
    close,
  };
}
