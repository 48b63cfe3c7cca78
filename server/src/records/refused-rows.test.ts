import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { openRecords } from './open-records.ts';
import { makeDirectory } from './private-files.ts';
import { listRefused, retryRefused } from './refused-rows.ts';
import { vitalRow } from './rows.ts';
import { runScript } from './testing/child.ts';
import { pulse } from './testing/fixtures.ts';
import { until } from './testing/until.ts';
import { openWard, type Ward } from './testing/ward.ts';

// A busy machine takes its time; none of these tests is about that.
jest.setTimeout(60_000);

const now = 1_795_000_000_000;
let ward: Ward;

beforeAll(async () => {
  ward = await openWard();
}, 90_000);
afterAll(() => ward.close(), 30_000);

/** Lets a real server have rows refused: a column's check is stricter for a while. */
async function refuse(count: number): Promise<string[]> {
  const { store, config } = ward;
  const records = await openRecords({ store, config, telemetry: new QuietTelemetry(), clock: Date.now });
  const bad = Array.from({ length: count }, (_, index) => {
    const vital = pulse('P-101', now + index * 1000);
    // A character that JSON can hold and a text in PostgreSQL cannot.
    vital.vital.method = 'bad\u0000method';
    return vital;
  });
  await records.keepObservations(bad);
  await until(
    () => Promise.resolve(records.state()),
    ({ journalEntries }) => journalEntries === 0,
    'the rows are refused',
  );
  await records.close(1000);
  return bad.map(({ id }) => id);
}
const retry = () => retryRefused(ward.directory, ward.store.service, now);
const list = () => listRefused(ward.directory);

describe('rows that the store refused', () => {
  test('are none where nothing was refused', async () => {
    expect(await list()).toEqual({ rows: [], unreadable: 0 });
    expect(await retry()).toEqual({ stored: 0, kept: 0 });
  });

  test('are listed, and stay set aside when they are refused again', async () => {
    const ids = await refuse(2);
    const { rows } = await list();
    expect(rows.map(({ table, code, row }) => ({ table, code, id: 'id' in row && row.id }))).toEqual(
      ids.map((id) => ({ table: 'vitals', code: '22P05', id })),
    );
    expect(await retry()).toEqual({ stored: 0, kept: 2 });
    expect((await list()).rows).toEqual(rows);
  });

  test('are stored, once, when the store takes them; what is of no known form is kept', async () => {
    const { rows } = await list();
    const repaired = rows.map((refused) =>
      refused.table === 'vitals' ? { ...refused, row: { ...refused.row, method: 'pos' } } : refused,
    );
    const lines = [...repaired.map((refused) => JSON.stringify(refused)), 'no JSON', ''].join('\n');
    await writeFile(join(ward.directory, 'journal', 'refused.ndjson'), lines);
    expect(await retry()).toEqual({ stored: 2, kept: 1 });
    const { data } = await ward.store.service.from('vitals').select('method');
    expect(data).toEqual([{ method: 'pos' }, { method: 'pos' }]);
    expect(await list()).toEqual({ rows: [], unreadable: 1 });
    expect(await readdir(join(ward.directory, 'journal'))).toEqual(['refused.ndjson']);
  });

  test('stay when the store does not answer, or when a retry was cut short', async () => {
    await refuse(1);
    const good = { table: 'vitals', code: '22P05', row: vitalRow(pulse('P-102', now)) };
    await appendFile(join(ward.directory, 'journal', 'refused.ndjson'), `${JSON.stringify(good)}\n`);
    const before = await list();
    const stranger = ward.store.forUser('no token');
    await expect(retryRefused(ward.directory, stranger, now)).rejects.toThrow(/the store answered/);
    expect(await list()).toEqual(before);
    // The next one takes up what the last one left.
    expect(await retryRefused(ward.directory, ward.store.service, now + 1)).toEqual({ stored: 1, kept: 2 });
    expect((await list()).rows).toEqual(before.rows.slice(0, 1));
  });
});

describe('npm run admin --', () => {
  const admin = async (...args: string[]) => {
    const child = runScript('admin.ts', args, {
      NODE_ENV: 'test',
      HAVEN_DATA_DIR: ward.directory,
      DATABASE_URL: ward.database.url,
    });
    const code = await child.ended;
    return { code, stdout: child.stdout(), stderr: child.stderr() };
  };

  test('records refused lists them, and offers them again with --retry', async () => {
    await makeDirectory(join(ward.directory, 'journal'));
    const listed = await admin('records', 'refused');
    expect(listed.stdout).toMatch(/^vitals\t22P05\t[0-9a-f-]{36}\n1 lines are of no known form\.\n$/);
    const again = await admin('records', 'refused', '--retry');
    expect(again).toMatchObject({ code: 0, stdout: '0 rows are stored, 2 are refused still.\n' });
  }, 30_000);

  test('migrations down refuses while a server runs, and says which', async () => {
    const refused = await admin('migrations', 'down', '--to', '20261122000700');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('is in use by the Haven server with process id');
  }, 30_000);
});
