import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { currentOwner, DataDirectoryLock } from './data-directory-lock.ts';
import { DataDirectoryInUseError } from './errors.ts';
import { runScript } from './testing/child.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

let directory: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
});
afterEach(() => remove());

describe('the lock of a data directory', () => {
  test('refuses a second server with a sentence that names the first, and lets it in when the first has gone', async () => {
    const first = runScript('records/testing/hold-directory.ts', [directory]);
    await eventually(() => first.stdout().includes('held'), 'the first server holds the directory', 20_000);
    await expect(DataDirectoryLock.acquire(directory)).rejects.toThrow(DataDirectoryInUseError);
    await expect(DataDirectoryLock.acquire(directory)).rejects.toThrow(
      `in use by the Haven server with process id ${String(first.process.pid)}`,
    );

    first.process.kill('SIGKILL');
    await first.ended;
    const lock = await DataDirectoryLock.acquire(directory);
    expect(await currentOwner(directory)).toMatchObject({ pid: process.pid, postgresPort: null });
    await lock.announcePostgres(5555);
    expect(await currentOwner(directory)).toMatchObject({ postgresPort: 5555 });
    await lock.release();
    await lock.release();
    expect(await currentOwner(directory)).toBeUndefined();
  }, 30_000);

  test('of a process whose id another process has now does not count', async () => {
    const left = { pid: process.pid, startTime: '1', attempt: 'a', postgresPort: null };
    await writeFile(join(directory, 'haven-1.lock'), JSON.stringify(left));
    const lock = await DataDirectoryLock.acquire(directory);
    await lock.release();
  });

  test('that is damaged does not count', async () => {
    await writeFile(join(directory, 'haven-1.lock'), '{"pid":');
    const lock = await DataDirectoryLock.acquire(directory);
    await lock.release();
  });

  test('is given to exactly one of several that ask at once after a crash', async () => {
    await writeFile(
      join(directory, 'haven-1.lock'),
      JSON.stringify({ pid: 1, startTime: '0', attempt: 'a', postgresPort: null }),
    );
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, () => DataDirectoryLock.acquire(directory)),
    );
    const won = asked.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
  });
});
