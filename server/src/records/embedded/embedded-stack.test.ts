import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DataDirectoryInUseError, StoreStartError } from '../errors.ts';
import { isRunning, waitUntilGone } from '../processes.ts';
import { joinStore, openStore, type Store } from '../store.ts';
import { runScript } from '../testing/child.ts';
import { testConfig } from '../testing/fixtures.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { until } from '../testing/until.ts';
import { readSecrets } from './secrets.ts';

let directory: string;
let remove: () => Promise<void>;
let store: Store;

const postmasterPid = async () =>
  Number((await readFile(join(directory, 'pg17', 'postmaster.pid'), 'utf8')).split('\n')[0]);

beforeAll(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
  // What a first start that was cut short leaves behind.
  await mkdir(join(directory, 'pg17.unfinished'));
  await writeFile(join(directory, 'pg17.unfinished', 'PG_VERSION'), '17');
  store = await openStore(testConfig(directory));
}, 60_000);
afterAll(async () => {
  await store.close();
  await remove();
}, 30_000);

describe('the embedded stack', () => {
  test('keeps its secrets in a file that only its own account may read', async () => {
    expect((await stat(join(directory, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(existsSync(join(directory, 'pg17.unfinished'))).toBe(false);
  });

  test('answers a row that a check refuses with 400 and the code of PostgreSQL', async () => {
    const { status, error } = await store.service.from('rooms').insert({ id: 'NOT LOWER CASE', name: 'x' });
    expect({ status, code: error?.code }).toEqual({ status: 400, code: '23514' });
  });

  test('answers what a trigger or a function raises with 400 and P0001', async () => {
    const arguments_ = { p_first: '2026-01-01', p_days: 0 };
    const { status, error } = await store.service.rpc('ensure_vitals_partitions', arguments_);
    expect({ status, code: error?.code }).toEqual({ status: 400, code: 'P0001' });
  });

  test('hands JSON arguments to functions as JSON, and times out as ISO 8601', async () => {
    expect(await store.service.rpc('keep_alerts', { p_alerts: [] })).toMatchObject({ data: 0, error: null });
    await store.service.from('rooms').insert({ id: 'ward-t', name: 'T' });
    const { data } = await store.service.from('rooms').select('created_at').eq('id', 'ward-t');
    expect(data?.[0]?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/);
  });

  test('lets nobody sign up', async () => {
    const { error } = await store
      .forSignIn()
      .auth.signUp({ email: 'intruder@haven.local', password: 'long enough' });
    expect(error?.code).toBe('signup_disabled');
  });

  test('lets the service role neither change nor remove a line of the audit trail', async () => {
    const { service } = store;
    const line = { id: crypto.randomUUID(), at: new Date().toISOString(), actor: 'system', action: 'test' };
    const added = await service
      .from('audit')
      .insert({ ...line, subject: 'x', result: 'done', code: null, address: null });
    expect(added.error).toBeNull();
    expect((await service.from('audit').update({ actor: 'nobody' }).eq('id', line.id)).error?.code).toBe(
      '42501',
    );
    expect((await service.from('audit').delete().eq('id', line.id)).error?.code).toBe('42501');
  });

  test('moves vitals of a day without a partition into it as soon as it is made', async () => {
    const { service } = store;
    const at = '2031-05-05T10:00:00.000Z';
    const row = {
      ...{ id: crypto.randomUUID(), day: '2031-05-05', patient_id: 'P-1', stream_id: crypto.randomUUID() },
      ...{ source: 'synthetic' as const, at, name: 'pulse' as const, unit: '/min' as const, value: 70 },
      ...{ interval_low: 65, interval_high: 75 },
      ...{ state: 'measured' as const, quality: 1, method: 'm', window_ms: 1, measured_at: at, reason: null },
    };
    expect((await service.from('vitals').insert(row)).error).toBeNull();
    const made = await service.rpc('ensure_vitals_partitions', { p_first: '2031-05-04', p_days: 3 });
    expect(made).toMatchObject({ data: 3, error: null });
    expect(await service.rpc('ensure_vitals_partitions', { p_first: '2031-05-04', p_days: 3 })).toMatchObject(
      {
        data: 0,
      },
    );
    const { data } = await service.from('vitals').select('id').eq('day', '2031-05-05');
    expect(data).toEqual([{ id: row.id }]);
  });

  test('refuses a second server on the same data directory, and lets a command join', async () => {
    await expect(openStore(testConfig(directory))).rejects.toThrow(DataDirectoryInUseError);
    const joined = await joinStore(testConfig(directory));
    expect((await joined.service.from('rooms').select('id').eq('id', 'ward-t')).data).toHaveLength(1);
    await joined.close();
    expect((await store.service.from('rooms').select('id')).error).toBeNull();
  });

  test('starts its PostgreSQL again when that was killed', async () => {
    const before = await postmasterPid();
    process.kill(before, 'SIGKILL');
    // The processes of open connections answer for a moment longer.
    await until(
      () => postmasterPid().catch(() => before),
      (pid) => pid !== before,
      'another PostgreSQL runs',
      30_000,
    );
    await until(
      async () => (await store.service.from('rooms').select('id')).error,
      (error) => error === null,
      'the store answers again',
      30_000,
    );
  }, 70_000);

  test('opened again, stops the PostgreSQL that a killed server left, and has all its rows', async () => {
    await store.close();
    const child = runScript('records/testing/hold-store.ts', [directory]);
    await until(
      () => Promise.resolve(child.stdout()),
      (stdout) => stdout.includes('open'),
      'the other server is up',
      30_000,
    );
    const orphan = await postmasterPid();
    child.process.kill('SIGKILL');
    await child.ended;
    expect(isRunning(orphan)).toBe(true);

    store = await openStore(testConfig(directory));
    expect(await waitUntilGone(orphan, 0)).toBe(true);
    expect((await store.service.from('rooms').select('id').eq('id', 'ward-t')).data).toHaveLength(1);
  }, 60_000);

  test('prints nothing of a row that the database refuses', async () => {
    await store.close();
    const child = runScript('records/testing/refuse-a-row.ts', [directory]);
    expect(await child.ended).toBe(0);
    expect(child.stdout()).toBe('added 23514\n');
    expect(child.stderr()).toBe('the end\n');
    store = await openStore(testConfig(directory));
  }, 60_000);

  test('names the file of its secrets when that is damaged', async () => {
    const other = await temporaryDirectory();
    await writeFile(join(other.path, 'secrets.json'), '{}');
    await expect(readSecrets(other.path)).rejects.toThrow(StoreStartError);
    await other.remove();
  });
});
