import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitSqlStatements } from '@supabase/lite';
import type pg from 'pg';
import { StoreStartError } from '../errors.ts';
import { hasCode } from '../private-files.ts';
import { messageOf, SERVER_APPLICATION } from './migration-session.ts';

const FILE_NAME = /^(\d{14})_(\w+)\.sql$/;
/** Where the Supabase command line looks for what is applied. */
const HISTORY = 'supabase_migrations.schema_migrations';

/** A file whose name begins with a version: a migration, or the way back from it. */
export type MigrationFile = { file: string; version: string; name: string };

/** The files of a directory, in order. */
export async function migrationFiles(directory: string): Promise<MigrationFile[]> {
  return (await readdir(directory)).toSorted().flatMap((file) => {
    const [, version, name] = FILE_NAME.exec(file) ?? [];
    return version === undefined || name === undefined ? [] : [{ file, version, name }];
  });
}

/**
 * Applies the migrations that the database does not have yet, in order, each with its record in a transaction of its
 * own: one that fails half-way leaves nothing behind.
 *
 * @param session alone with the schema, see `withMigrationSession`
 * @returns the versions applied now
 * @throws StoreStartError naming the migration that failed
 */
export async function migrate(session: pg.Client, directory: string): Promise<string[]> {
  const applied = new Set(await appliedVersions(session));
  const made: string[] = [];
  for (const { file, version, name } of await migrationFiles(directory)) {
    if (applied.has(version)) continue;
    const sql = await readFile(join(directory, file), 'utf8');
    await inTransaction(session, file, async () => {
      await session.query(sql);
      await session.query(`insert into ${HISTORY} (version, name, statements) values ($1, $2, $3)`, [
        version,
        name,
        splitSqlStatements(sql),
      ]);
    });
    made.push(version);
  }
  return made;
}

/**
 * Takes back the migrations after a version, the newest first, each in a transaction of its own. What they made goes,
 * with the data in it.
 *
 * @param to the version to end at; `0` takes back all
 * @returns the versions taken back
 * @throws StoreStartError when a server uses the database, the version is none of the database's, or the way back
 * from one is missing (then nothing is done) or fails
 */
export async function migrateDown(session: pg.Client, directory: string, to: string): Promise<string[]> {
  const applied = await appliedVersions(session);
  if (to !== '0' && !applied.includes(to)) {
    throw new StoreStartError(`The database has not the version ${to}. It has ${applied.join(', ')}.`);
  }
  await requireNoServer(session);
  const ways = new Map((await migrationFiles(directory)).map((way) => [way.version, way.file]));
  const back = applied.filter((version) => version > to).toReversed();
  for (const version of back) {
    if (!ways.has(version))
      throw new StoreStartError(`There is no way back from ${version} in ${directory}.`);
  }
  for (const version of back) {
    const file = ways.get(version)!;
    const sql = await readFile(join(directory, file), 'utf8');
    await inTransaction(session, file, async () => {
      await session.query(sql);
      await session.query(`delete from ${HISTORY} where version = $1`, [version]);
    });
  }
  return back;
}

/** In order; none where no server has ever started. */
export async function appliedVersions(session: pg.Client): Promise<string[]> {
  try {
    const { rows } = await session.query<{ version: string }>(
      `select version from ${HISTORY} order by version`,
    );
    return rows.map(({ version }) => version);
  } catch (error) {
    // No such table.
    if (hasCode(error, '42P01')) return [];
    throw error;
  }
}

async function requireNoServer(session: pg.Client): Promise<void> {
  const { rowCount } = await session.query(
    'select from pg_stat_activity where datname = current_database() and application_name = $1',
    [SERVER_APPLICATION],
  );
  if (rowCount !== 0) throw new StoreStartError('A server uses this database. Stop it first.');
}

async function inTransaction(session: pg.Client, file: string, run: () => Promise<void>): Promise<void> {
  try {
    await session.query('begin');
    await run();
    await session.query('commit');
  } catch (error) {
    // Where the session itself ended, PostgreSQL has done that already.
    await session.query('rollback').catch(() => undefined);
    throw new StoreStartError(`The migration ${file} failed: ${messageOf(error)}`, error);
  }
}
