import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appliedVersions, recordVersion, splitSqlStatements } from '@supabase/lite';
import type { PostgresConnection } from '@supabase/lite/postgres';
import { CompiledQuery } from 'kysely';
import { StoreStartError } from '../errors.ts';

const FILE_NAME = /^(\d{14})_(\w+)\.sql$/;

/**
 * Applies the migrations that the database does not have yet, in order, each in a transaction of its own, and records
 * them where the Supabase command line looks for them.
 *
 * @returns the versions applied now
 * @throws StoreStartError naming the migration that failed
 */
export async function migrate(connection: PostgresConnection, directory: string): Promise<string[]> {
  const applied = new Set(await appliedVersions(connection));
  const made: string[] = [];
  for (const file of (await readdir(directory)).toSorted()) {
    const [, version, name] = FILE_NAME.exec(file) ?? [];
    if (version === undefined || name === undefined || applied.has(version)) continue;
    const statements = splitSqlStatements(await readFile(join(directory, file), 'utf8'));
    try {
      // Not the connection's own transaction(): its statements may run on different connections of the pool.
      await connection.runInTransaction(async (transaction) => {
        for (const statement of statements) await transaction.executeQuery(CompiledQuery.raw(statement));
      });
    } catch (error) {
      throw new StoreStartError(
        `The migration ${file} failed: ${error instanceof Error ? error.message : 'no reason given'}`,
        error,
      );
    }
    await recordVersion(connection, { version, name, statements });
    made.push(version);
  }
  return made;
}
