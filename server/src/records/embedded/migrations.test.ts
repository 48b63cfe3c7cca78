import { randomBytes } from 'node:crypto';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { readConfig } from '../../config/config.ts';
import { StoreStartError } from '../errors.ts';
import { MIGRATIONS, openStore, ROLLBACK, withDatabase } from '../store.ts';
import { testConfig } from '../testing/fixtures.ts';
import { fillEveryTable } from '../testing/sample-rows.ts';
import { rowsOf, schemaOf, type Rows } from '../testing/schema.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { openLiteStack } from './lite-stack.ts';
import { withMigrationSession } from './migration-session.ts';
import { appliedVersions, migrateDown, migrationFiles } from './migrations.ts';
import { PostgresServer } from './postgres-server.ts';

// A busy machine takes its time; none of these tests is about that.
jest.setTimeout(60_000);

const { repositoryRoot } = readConfig({});
const up = join(repositoryRoot, MIGRATIONS);
const down = join(repositoryRoot, ROLLBACK);
/** What installations had before there was a way back. */
const FIRST_RELEASE = '20261122000700';

let directory: string;
let remove: () => Promise<void>;
let database: PostgresServer;

const secrets = {
  ...{ postgres: 'x', jwt: randomBytes(32).toString('hex') },
  ...{ publishableKey: 'sb_publishable_test', secretKey: 'sb_secret_test' },
};

/** A database of its own for a test: its address. */
async function newDatabase(): Promise<string> {
  const name = `test_${randomBytes(4).toString('hex')}`;
  await withSession(database.url, (session) => session.query(`create database ${name}`));
  return database.url.replace(/\/postgres$/, `/${name}`);
}
async function withSession<T>(url: string, run: (session: pg.Client) => Promise<T>): Promise<T> {
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  try {
    return await run(session);
  } finally {
    await session.end();
  }
}
/** What a server does at its start, and nothing else of it. */
async function migrateUp(url: string, migrations = up): Promise<void> {
  const stack = await openLiteStack(url, secrets, migrations);
  await stack.close();
}
const takeBack = (url: string, to: string) =>
  withMigrationSession(url, (session) => migrateDown(session, down, to));

/** The tables of `after`, with the columns that both know, hold what they held before. */
function expectKept(before: Rows, after: Rows, exceptions: readonly string[] = []): void {
  for (const [table, rows] of after) {
    const known = before.get(table);
    if (known === undefined || exceptions.includes(table)) continue;
    const columns = Object.keys(rows[0] ?? {}).filter((column) => column in (known[0] ?? {}));
    expect({ table, count: rows.length }).toEqual({ table, count: known.length });
    const project = (row: Record<string, unknown>) =>
      JSON.stringify(columns.toSorted().map((column) => row[column]));
    expect({ table, rows: rows.map(project).toSorted() }).toEqual({
      table,
      rows: known.map(project).toSorted(),
    });
  }
}

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
  database = await PostgresServer.start({ directory: join(directory, 'database'), password: 'of-tests' });
}, 60_000);
afterAll(async () => {
  await database.close();
  await remove();
}, 30_000);

test('every migration has its way back, of the same name', async () => {
  const names = (files: { file: string }[]) => files.map(({ file }) => file);
  expect(names(await migrationFiles(down))).toEqual(names(await migrationFiles(up)));
});

describe('servers that start at the same time on one database', () => {
  test('take turns: each migration is applied once', async () => {
    const url = await newDatabase();
    const stores = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        openStore(testConfig(join(directory, name), { DATABASE_URL: url })),
      ),
    );
    for (const store of stores) expect((await store.service.from('rooms').select('id')).error).toBeNull();
    expect(await withSession(url, appliedVersions)).toEqual(
      (await migrationFiles(up)).map(({ version }) => version),
    );
    await expect(takeBack(url, '0')).rejects.toThrow('A server uses this database. Stop it first.');
    for (const store of stores) await store.close();
  }, 60_000);

  test('give up with a sentence when another one hangs while it migrates', async () => {
    const url = await newDatabase();
    await withMigrationSession(url, async () => {
      const second = withMigrationSession(url, () => Promise.resolve(), 50);
      await expect(second).rejects.toThrow(/Another server is changing the database/);
    });
    await expect(withMigrationSession(url, () => Promise.resolve('done'), 50)).resolves.toBe('done');
  });
});

describe('a migration that fails half-way', () => {
  test('names itself, leaves nothing behind, and the start ends; repaired, it is applied', async () => {
    const url = await newDatabase();
    await migrateUp(url);
    await withSession(url, fillEveryTable);
    const before = await withSession(url, rowsOf);
    const schema = await withSession(url, schemaOf);

    const migrations = join(directory, 'with-a-broken-one');
    await cp(up, migrations, { recursive: true });
    const broken = join(migrations, '29990101000000_broken.sql');
    const good = 'create table public.half (a integer); delete from public.events;';
    await writeFile(broken, `${good} select 1 / 0;`);
    const start = migrateUp(url, migrations);
    await expect(start).rejects.toThrow(StoreStartError);
    await expect(start).rejects.toThrow('The migration 29990101000000_broken.sql failed: division by zero');
    expect(await withSession(url, schemaOf)).toEqual(schema);
    expect(await withSession(url, rowsOf)).toEqual(before);

    await writeFile(broken, good);
    await migrateUp(url, migrations);
    expect(await withSession(url, appliedVersions)).toContain('29990101000000');
    expect((await withSession(url, rowsOf)).get('events')).toEqual([]);
  }, 30_000);
});

describe('the way back', () => {
  test('goes step by step on full tables, and forth again to the same schema, with all that older versions know', async () => {
    const url = await newDatabase();
    await migrateUp(url);
    const schema = await withSession(url, schemaOf);
    expect(schema.length).toBeGreaterThan(200);
    await withSession(url, fillEveryTable);
    const filled = await withSession(url, rowsOf);
    expect([...filled].filter(([, rows]) => rows.length === 0).map(([table]) => table)).toEqual([]);

    const versions = await withSession(url, appliedVersions);
    let before = filled;
    for (const [index, version] of [...versions.entries()].toReversed()) {
      expect(await takeBack(url, versions[index - 1] ?? '0')).toEqual([version]);
      const after = await withSession(url, rowsOf);
      expectKept(before, after);
      before = after;
      if (version <= FIRST_RELEASE || index === 0) continue;
      await migrateUp(url);
      expect({ version, schema: await withSession(url, schemaOf) }).toEqual({ version, schema });
      expectKept(before, await withSession(url, rowsOf), ['vitals_minutes', 'vitals_hours']);
      await takeBack(url, versions[index - 1] ?? '0');
    }
    expect(await withSession(url, schemaOf)).toEqual([]);
    await migrateUp(url);
    expect(await withSession(url, schemaOf)).toEqual(schema);
  }, 120_000);

  test('from before there were rollups computes them from the vitals', async () => {
    const url = await newDatabase();
    await migrateUp(url);
    await withSession(url, fillEveryTable);
    const filled = await withSession(url, rowsOf);
    await takeBack(url, FIRST_RELEASE);
    await migrateUp(url);
    const again = await withSession(url, rowsOf);
    for (const table of ['vitals', 'vitals_minutes', 'vitals_hours'])
      expect(again.get(table)).toEqual(filled.get(table));
  }, 30_000);

  test('is not begun when a step of it is missing, or when the database has no such version', async () => {
    const url = await newDatabase();
    await migrateUp(url);
    const versions = await withSession(url, appliedVersions);
    await expect(takeBack(url, '20200101000000')).rejects.toThrow(/has not the version 20200101000000/);

    const incomplete = join(directory, 'incomplete');
    await cp(down, incomplete, { recursive: true });
    const file =
      (await migrationFiles(incomplete)).find(({ version }) => version === FIRST_RELEASE)?.file ?? '';
    await rm(join(incomplete, file));
    const session = withMigrationSession(url, (alone) => migrateDown(alone, incomplete, '0'));
    await expect(session).rejects.toThrow(/There is no way back from 20261122000700/);
    expect(await withSession(url, appliedVersions)).toEqual(versions);
  }, 30_000);

  test('is refused while a server runs on the data directory', async () => {
    const config = testConfig(join(directory, 'four'), { DATABASE_URL: await newDatabase() });
    const store = await openStore(config);
    await expect(withDatabase(config, () => Promise.resolve())).rejects.toThrow(
      /is in use by the Haven server/,
    );
    await store.close();
    expect(await withDatabase(config, (url) => withMigrationSession(url, appliedVersions))).not.toEqual([]);
  }, 30_000);
});
