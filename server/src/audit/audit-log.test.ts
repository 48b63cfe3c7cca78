import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { runScript } from '../records/testing/child.ts';
import { until } from '../records/testing/until.ts';
import { TestTrail } from './testing/trail.ts';

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
}, 90_000);

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
