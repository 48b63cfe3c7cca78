import { describe, expect, test } from '@jest/globals';
import type { RecordsState } from '../records/records.ts';
import { clusterProbe, cpuProbe, journalProbe, memoryProbe, readHealth, redisProbe } from './health.ts';

const MB = 1024 ** 2;
const calm: RecordsState = {
  ...{ journalEntries: 3, journalBytes: MB, journalLimitBytes: 100 * MB },
  ...{ oldestAgeMs: 900, storeReachable: true },
};

describe('the journal', () => {
  test.each([
    ['healthy', 'is short and young', {}, 0],
    ['degraded', 'holds an entry older than a minute', { oldestAgeMs: 60_001 }, 0],
    ['degraded', 'is fuller than four fifths', { journalBytes: 81 * MB }, 0],
    ['unhealthy', 'could not take an alert', {}, 1],
  ])('is %s when it %s', async (status, _when, change, unwritten) => {
    const probe = journalProbe(
      () => ({ ...calm, ...change }),
      () => unwritten,
    );
    const health = await readHealth({ journal: probe });
    expect(health).toMatchObject({ status, subsystems: { journal: { status } } });
  });

  test('tells its size and its age', async () => {
    const { subsystems } = await readHealth({
      journal: journalProbe(
        () => calm,
        () => 0,
      ),
    });
    expect(subsystems.journal?.message).toBe(
      '3 entries, the oldest 1 s old, 1048576 bytes (1 % of what it may take)',
    );
  });
});

test.each([
  ['healthy', 0.85],
  ['degraded', 0.91],
])('the processor is %s with %d of its time in use', async (status, used) => {
  expect(await cpuProbe(() => used)()).toMatchObject({ status });
});

test.each([
  ['healthy', 0.89, '11 % of the memory is free'],
  ['degraded', 0.9, '10 % of the memory is free'],
])('the memory is %s with %d of it in use, as overload mode has it', async (status, used, message) => {
  expect(await memoryProbe(() => used)()).toEqual({ status, message });
});

test.each([
  ['healthy', 'is not in use', {}],
  ['healthy', 'answers', { redisReachable: true }],
  ['degraded', 'is away', { redisReachable: false }],
])('Redis is %s when it %s', async (status, _when, change) => {
  expect(await redisProbe(() => ({ ...calm, ...change }))()).toMatchObject({ status });
});

test.each([
  ['healthy', 'there is none', undefined],
  ['healthy', 'all answer', { others: 2, reached: 2, redisReachable: true }],
  ['degraded', 'one does not answer', { others: 2, reached: 1, redisReachable: true }],
  ['degraded', 'Redis is away', { others: 2, reached: 2, redisReachable: false }],
])('the cluster is %s when %s', async (status, _when, state) => {
  expect(await clusterProbe(() => state)()).toMatchObject({ status });
});
