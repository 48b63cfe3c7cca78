import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Config } from '../config/config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { currentOwner, DataDirectoryLock } from './data-directory-lock.ts';
import type { Database } from './database.ts';
import { openLiteStack, type LiteStack } from './embedded/lite-stack.ts';
import { withMigrationSession } from './embedded/migration-session.ts';
import { PostgresServer } from './embedded/postgres-server.ts';
import { readSecrets, type Secrets } from './embedded/secrets.ts';
import { StoreStartError } from './errors.ts';
import { CALL_TIMEOUT_MS } from './store-calls.ts';

export type StoreClient = SupabaseClient<Database>;

/** How access tokens are verified: by a shared secret, or by the keys that the issuer publishes. */
export type TokenVerification =
  { kind: 'secret'; secret: string; issuer?: string } | { kind: 'issuer'; issuer: string };

/** The record store: supabase-js clients, whether the stack behind them is embedded or hosted. */
export interface Store {
  /** For ingest, audit, seeding and administration: row-level security does not apply to it. */
  readonly service: StoreClient;
  /** Acts for a user under row-level security. */
  forUser(accessToken: string): StoreClient;
  /** A client of its own for one sign-in or refresh, so that sessions never mix. */
  forSignIn(): StoreClient;
  /** Makes an account that can sign in. @returns the user's id @throws AuthError as supabase-js gives it */
  createAccount(email: string, password: string): Promise<string>;
  /** Gives an account a password, for administrators. @throws Error as supabase-js gives it */
  setPassword(userId: string, password: string): Promise<void>;
  /** Whether accounts can have a second factor (`auth.mfa`). */
  readonly offersSecondFactor: boolean;
  readonly tokenVerification: TokenVerification;
  /**
   * Runs something that of several servers starting on one database only one may do at a time.
   * @throws StoreStartError when another one takes too long
   */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The embedded stack has no address; supabase-js wants one all the same. */
const EMBEDDED_URL = 'http://store.haven.invalid';

/** Cost of bcrypt, as the stack's own. */
const PASSWORD_HASH_ROUNDS = 10;

/** In the repository: the way up, and the way back. */
export const MIGRATIONS = 'infra/supabase/migrations';
export const ROLLBACK = 'infra/supabase/rollback';

type StoreSettings = Pick<Config, 'dataDirectory' | 'repositoryRoot' | 'supabase' | 'databaseUrl'> &
  Partial<Pick<Config, 'cluster'>>;

/**
 * Opens the record store for a server: takes the data directory, and starts the embedded stack unless a Supabase is
 * configured. Everything is released again when a step fails.
 *
 * @throws DataDirectoryInUseError when another server holds the data directory
 * @throws StoreStartError when PostgreSQL or a migration fails
 */
export async function openStore(config: StoreSettings, telemetry?: Telemetry): Promise<Store> {
  const lock = await DataDirectoryLock.acquire(config.dataDirectory);
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  try {
    if (config.supabase !== undefined) return hostedStore(config.supabase, opened);
    const secrets = await readSecrets(config.dataDirectory, config.cluster?.secret);
    const url = await openDatabase(config, secrets, lock, opened, telemetry);
    const stack = await openLiteStack(url, secrets, join(config.repositoryRoot, MIGRATIONS));
    opened.push(stack);
    return embeddedStore({ stack, secrets, url }, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/**
 * Runs something on the database of the embedded stack while no server does.
 *
 * @throws DataDirectoryInUseError when a server runs
 * @throws StoreStartError when PostgreSQL fails, or a hosted Supabase is configured
 */
export async function withDatabase<T>(config: StoreSettings, run: (url: string) => Promise<T>): Promise<T> {
  if (config.supabase !== undefined) {
    throw new StoreStartError('The schema of a hosted Supabase is changed with its own command line.');
  }
  const lock = await DataDirectoryLock.acquire(config.dataDirectory);
  const opened: { close(): Promise<void> }[] = [{ close: () => lock.release() }];
  try {
    const secrets = await readSecrets(config.dataDirectory, config.cluster?.secret);
    return await run(await openDatabase(config, secrets, lock, opened));
  } finally {
    await closeAll(opened);
  }
}

/** The configured database, or a PostgreSQL that is started here. @returns its address */
async function openDatabase(
  config: StoreSettings,
  secrets: Secrets,
  lock: DataDirectoryLock,
  opened: { close(): Promise<void> }[],
  telemetry?: Telemetry,
): Promise<string> {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const postgres = await PostgresServer.start({
    directory: join(config.dataDirectory, 'pg17'),
    password: secrets.postgres,
    onDeath: (detail) => telemetry?.logger.error({ detail }, 'PostgreSQL ended and is started again'),
  });
  opened.push(postgres);
  await lock.announcePostgres(postgres.port);
  return postgres.url;
}

/**
 * Opens the record store for a command: joins the embedded PostgreSQL of the server that runs on the data directory,
 * or else starts everything itself.
 *
 * @throws StoreStartError when the running server's PostgreSQL is not up yet
 */
export async function joinStore(config: StoreSettings): Promise<Store> {
  if (config.supabase !== undefined) return hostedStore(config.supabase, []);
  const owner = await currentOwner(config.dataDirectory);
  if (owner === undefined) return openStore(config);
  const secrets = await readSecrets(config.dataDirectory, config.cluster?.secret);
  const url =
    config.databaseUrl ??
    (owner.postgresPort === null
      ? undefined
      : `postgres://postgres:${secrets.postgres}@127.0.0.1:${owner.postgresPort}/postgres`);
  if (url === undefined) {
    throw new StoreStartError('The server on this data directory is still starting. Try again in a moment.');
  }
  const stack = await openLiteStack(url, secrets, undefined);
  return embeddedStore({ stack, secrets, url }, [stack]);
}

function embeddedStore(
  { stack, secrets, url }: { stack: LiteStack; secrets: Secrets; url: string },
  opened: { close(): Promise<void> }[],
): Store {
  const { publishableKey, secretKey } = secrets;
  const client = clientFactory(EMBEDDED_URL, stack.fetch);
  return {
    service: client(secretKey),
    forUser: (accessToken) => client(publishableKey, accessToken),
    forSignIn: () => client(publishableKey),
    async createAccount(email, password) {
      const signUp = clientFactory(EMBEDDED_URL, stack.fetchWithSignUp)(publishableKey);
      const { data, error } = await signUp.auth.signUp({ email, password });
      if (error !== null) throw error;
      if (data.user === null) throw new StoreStartError('The account was not made.');
      return data.user.id;
    },
    async setPassword(userId, password) {
      // The stack lets only users themselves change it; this is the hash that it compares with.
      const given = { p_user_id: userId, p_hash: await hash(password, PASSWORD_HASH_ROUNDS) };
      const { error, data } = await client(secretKey).rpc('set_account_password', given);
      if (error !== null || data !== 1) throw new Error('The password was not set.', { cause: error });
    },
    offersSecondFactor: false,
    tokenVerification: { kind: 'secret', secret: secrets.jwt },
    inTurn: (run) => withMigrationSession(url, run),
    close: closeOnce(opened),
  };
}

function hostedStore(supabase: NonNullable<Config['supabase']>, opened: { close(): Promise<void> }[]): Store {
  const client = clientFactory(supabase.url);
  const service = client(supabase.secretKey);
  const issuer = `${supabase.url.replace(/\/$/, '')}/auth/v1`;
  return {
    service,
    forUser: (accessToken) => client(supabase.publishableKey, accessToken),
    forSignIn: () => client(supabase.publishableKey),
    async createAccount(email, password) {
      const { data, error } = await service.auth.admin.createUser({ email, password, email_confirm: true });
      if (error !== null) throw error;
      return data.user.id;
    },
    async setPassword(userId, password) {
      const { error } = await service.auth.admin.updateUserById(userId, { password });
      if (error !== null) throw error;
    },
    offersSecondFactor: true,
    tokenVerification:
      supabase.jwtSecret === undefined
        ? { kind: 'issuer', issuer }
        : { kind: 'secret', secret: supabase.jwtSecret, issuer },
    // Its database is not reached directly, and is not seeded with a ward.
    inTurn: (run) => run(),
    close: closeOnce(opened),
  };
}

function clientFactory(url: string, inProcessFetch?: typeof fetch) {
  return (key: string, accessToken?: string): StoreClient =>
    createClient<Database>(url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      // Store calls have their own attempts, which a second kind inside them would outlast.
      db: { retry: false, timeout: CALL_TIMEOUT_MS },
      ...(inProcessFetch === undefined ? {} : { global: { fetch: inProcessFetch } }),
      ...(accessToken === undefined ? {} : { accessToken: () => Promise.resolve(accessToken) }),
    });
}

function closeOnce(opened: { close(): Promise<void> }[]): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= closeAll(opened));
}

/** The last opened first. */
async function closeAll(opened: { close(): Promise<void> }[]): Promise<void> {
  for (const part of opened.toReversed()) await part.close();
}
