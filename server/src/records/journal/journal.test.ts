import { spawnSync } from 'node:child_process';
import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../testing/eventually.ts';
import { runScript } from '../testing/child.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { Journal } from './journal.ts';

let directory: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ path: directory, remove } = await temporaryDirectory());
});
afterEach(() => remove());

const payloadsOf = (entries: readonly { payload: string }[]) => entries.map(({ payload }) => payload);
const files = async () => (await readdir(directory)).filter((name) => name.endsWith('.journal'));

describe('a journal', () => {
  test('returns what was not confirmed when it is opened again, in order', async () => {
    const { journal } = await Journal.open({ directory });
    const entries = await Promise.all(['a', 'b', 'c'].map((payload) => journal.append(payload)));
    await journal.confirm(entries.slice(0, 1));
    await journal.close();

    const again = await Journal.open({ directory });
    expect(payloadsOf(again.entries)).toEqual(expect.arrayContaining(['b', 'c']));
    expect(again.tornBytes).toBe(0);
    await again.journal.close();
  });

  test('leaves no file behind when everything is confirmed', async () => {
    const { journal } = await Journal.open({ directory });
    await journal.confirm([await journal.append('a')]);
    await journal.close();
    expect(await files()).toEqual([]);
  });

  test('keeps its files from other users', async () => {
    const { journal } = await Journal.open({ directory });
    await journal.append('a');
    const [file = ''] = await files();
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    await journal.close();
  });

  test('drops full segments as soon as their entries are confirmed', async () => {
    const { journal } = await Journal.open({ directory });
    const large = 'x'.repeat(900_000);
    const entries = [];
    for (let count = 0; count < 12; count++) entries.push(await journal.append(large));
    expect((await files()).length).toBeGreaterThan(2);
    await journal.confirm(entries);
    expect((await files()).length).toBeLessThanOrEqual(1);
    expect(journal.bytes).toBeLessThan(5_000_000);
    await journal.close();
  });

  test('at its limit refuses with STORAGE_FULL, keeps what it has, and goes on when there is room', async () => {
    const { journal } = await Journal.open({ directory, limitBytes: 1000 });
    const first = await journal.append('x'.repeat(900));
    await expect(journal.append('y'.repeat(900))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await journal.close();

    const again = await Journal.open({ directory, limitBytes: 1000 });
    expect(payloadsOf(again.entries)).toEqual([first.payload]);
    await again.journal.confirm(again.entries);
    await expect(again.journal.append('y'.repeat(900))).resolves.toBeDefined();
    await again.journal.close();
  });

  test('that ends in half an entry is opened without it, and goes on in a new file', async () => {
    const { journal } = await Journal.open({ directory });
    await journal.append('whole');
    await journal.close();
    const [file = ''] = await files();
    await appendFile(join(directory, file), Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 5]));

    const second = await Journal.open({ directory });
    expect(payloadsOf(second.entries)).toEqual(['whole']);
    expect(second.tornBytes).toBe(9);
    await second.journal.append('later');
    await second.journal.close();

    const third = await Journal.open({ directory });
    expect(payloadsOf(third.entries)).toEqual(['whole', 'later']);
    await third.journal.close();
  });

  test('refuses entries after it was closed', async () => {
    const { journal } = await Journal.open({ directory });
    await journal.close();
    await expect(journal.append('late')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  test('holds every acknowledged entry after its process was killed in the middle of writing', async () => {
    for (let round = 0; round < 3; round++) {
      const child = runScript('records/testing/write-journal.ts', [directory]);
      await eventually(() => child.stdout().length > 2000, 'entries are acknowledged', 20_000);
      child.process.kill('SIGKILL');
      await child.ended;
      const acknowledged = child.stdout().split('\n').slice(0, -1).map(Number);

      const { journal, entries } = await Journal.open({ directory });
      const kept = new Set(entries.map(({ payload }) => Number(/"entry":(\d+)/.exec(payload)?.[1])));
      expect(acknowledged.filter((entry) => !kept.has(entry))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(100);
      await journal.confirm(entries);
      await journal.close();
    }
  }, 60_000);

  const canMount = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
  (canMount ? test : test.skip)(
    'on a full disk refuses with STORAGE_FULL, and nothing of the refused entry is left',
    () => {
      // A file system of 128 kB that only the child sees: it writes until it is full, then lists the journal.
      const writer = join(import.meta.dirname, '../testing/write-journal.ts');
      const reader = join(import.meta.dirname, '../testing/list-journal.ts');
      const script = `mount -t tmpfs -o size=128k none "$0" && "$1" "$2" "$0" 3000 && "$1" "$3" "$0"`;
      const { stdout, stderr } = spawnSync(
        'unshare',
        [
          '--user',
          '--map-root-user',
          '--mount',
          'sh',
          '-c',
          script,
          directory,
          process.execPath,
          writer,
          reader,
        ],
        { encoding: 'utf8' },
      );
      expect(stderr).toContain('STORAGE_FULL');
      const [numbers = '', listed = ''] = stdout.split('listed ');
      const acknowledged = numbers.split('\n').slice(0, -1).map(Number);
      expect(acknowledged.length).toBeGreaterThan(8);
      expect(JSON.parse(listed)).toEqual({ entries: acknowledged.toSorted((a, b) => a - b), tornBytes: 0 });
    },
    30_000,
  );
});
