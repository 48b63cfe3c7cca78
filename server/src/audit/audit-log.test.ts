import { afterEach, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Journal } from '../records/journal/journal.ts';
import { serialise } from '../records/kept-entry.ts';
import { runScript } from '../records/testing/child.ts';
import { until } from '../records/testing/until.ts';
import { TestTrail } from './testing/trail.ts';

// Each test starts a PostgreSQL of its own.
jest.setTimeout(90_000);

const KILLS = 3;
const RUN_MS = 1500;

let trail: TestTrail | undefined;
afterEach(async () => {
  await trail?.close();
  trail = undefined;
});

test(`a server that is killed ${KILLS} times loses no line and leaves no hole in the chain`, async () => {
  const directory = await TestTrail.directory();
  const acknowledged: string[] = [];
  for (let run = 1; run <= KILLS; run++) {
    const server = runScript('audit/testing/write-lines.ts', [directory.path, String(run)], {
      NODE_ENV: 'test',
    });
    await until(
      () => Promise.resolve(server.stdout()),
      (text) => text.includes('\n'),
      'lines are kept',
      30_000,
    );
    await delay(RUN_MS * run * 0.37);
    server.process.kill('SIGKILL');
    await server.ended;
    acknowledged.push(...server.stdout().split('\n').slice(0, -1));
  }

  trail = await TestTrail.open(directory);
  trail.now = Date.now();
  await trail.run(() => Promise.resolve());
  const today = new Date(trail.now).toISOString().slice(0, 10);
  const { ok, chains } = await trail.verify('2020-01-01', today);
  expect(chains.flatMap(({ problems }) => problems)).toEqual([]);
  expect(ok).toBe(true);
  const { rows } = await trail.sql<{ subject: string }>('select subject from public.audit');
  const stored = new Set(rows.map(({ subject }) => subject));
  expect(stored.size).toBe(rows.length);
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(acknowledged.filter((subject) => !stored.has(subject))).toEqual([]);
});

test('a server whose last lines were deleted goes on behind the gap, which stays visible', async () => {
  trail = await TestTrail.create();
  await trail.writeDay('2026-11-20', 5);
  await trail.sql('delete from public.audit where sequence > 3');
  await trail.writeDay('2026-11-20', 1);
  const { chains } = await trail.verify('2026-11-20', '2026-11-20');
  expect(chains).toMatchObject([{ lines: 4, problems: [{ kind: 'line-missing', sequence: 4 }] }]);
});

test('entries that a journal holds from before there were chains are stored, and nothing vouches for them', async () => {
  trail = await TestTrail.create();
  const { dataDirectory } = trail.config;
  const { journal } = await Journal.open({ directory: join(dataDirectory, 'journal') });
  const id = randomUUID();
  const entry = trail.entry('patient:P-1', { at: trail.now - 1000 });
  await journal.append(serialise({ kind: 'audit', keptAt: trail.now, id, entry }));
  await journal.close();
  await trail.writeDay('2026-11-20', 2);
  const { rows } = await trail.sql('select node, hash from public.audit where id = $1', [id]);
  expect(rows).toEqual([{ node: null, hash: null }]);
  const { ok, beforeChains } = await trail.verify('2026-11-20', '2026-11-20');
  expect([ok, beforeChains]).toEqual([true, 1]);
});

test('the lines of a closed day go when they are old enough, and what is left still verifies', async () => {
  trail = await TestTrail.create();
  await trail.writeDay('2020-01-01', 3);
  await trail.writeDay('2020-01-02', 3);
  await trail.writeDay('2026-11-20', 3);
  // Nobody but the function may delete, and it spares what is young, or not closed.
  const remove = (before: string) =>
    trail?.store.service.rpc('remove_oldest_audit_day', { p_before: before });
  expect((await remove('2026-11-20'))?.error?.code).toBe('P0001');
  expect((await trail.store.service.from('audit').delete().eq('day', '2020-01-01')).error).not.toBeNull();
  expect((await remove('2020-06-01'))?.data).toEqual({ day: '2020-01-01', lines: 3 });
  expect((await remove('2020-06-01'))?.data).toEqual({ day: '2020-01-02', lines: 3 });
  expect((await remove('2020-06-01'))?.data).toBeNull();
  const { ok, chains } = await trail.verify('2020-01-01', '2026-11-20');
  expect(ok).toBe(true);
  expect(chains.map(({ day, lines }) => [day, lines])).toEqual([
    ['2020-01-01', 0],
    ['2020-01-02', 0],
    ['2026-11-20', 3],
  ]);
});
