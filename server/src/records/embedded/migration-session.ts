import pg from 'pg';
import { StoreStartError } from '../errors.ts';

/** By this name Haven's servers are found among a database's sessions. */
export const SERVER_APPLICATION = 'haven';
const MIGRATION_APPLICATION = 'haven-migrations';

/** PostgreSQL's advisory locks are numbers; this one is of no meaning. */
const LOCK = 7_204_811_931;
const CONNECT_TIMEOUT_MS = 5000;
/** As long as another server may take to migrate; a ward's rollups of a month take less than a minute. */
const LOCK_TIMEOUT_MS = 180_000;

/**
 * Runs something on a session that alone may change a database's schema: several servers that start on one database
 * take turns.
 *
 * @throws StoreStartError when the database cannot be reached, or another server migrates it for too long
 */
export async function withMigrationSession<T>(
  url: string,
  run: (session: pg.Client) => Promise<T>,
  lockTimeoutMs = LOCK_TIMEOUT_MS,
): Promise<T> {
  const session = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: MIGRATION_APPLICATION,
    options: `-c TimeZone=UTC -c lock_timeout=${lockTimeoutMs}`,
  });
  // A session that ends fails its query; Node ends a process whose error events nobody listens to.
  session.on('error', () => undefined);
  try {
    await session.connect();
  } catch (error) {
    throw new StoreStartError(`The database cannot be reached: ${messageOf(error)}.`, error);
  }
  try {
    await lock(session);
    return await run(session);
  } finally {
    // Ends the lock as well.
    await session.end();
  }
}

async function lock(session: pg.Client): Promise<void> {
  try {
    await session.query('select pg_advisory_lock($1)', [LOCK]);
  } catch (error) {
    throw new StoreStartError(
      `Another server is changing the database, or has hung while it did: ${messageOf(error)}.`,
      error,
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason given';
}
