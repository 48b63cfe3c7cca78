/**
 * Each thing that can hurt the pictures does so once, for real; what a clinician's browser sees of it stays within the
 * goals. `npm run bench:recovery` does the same many times, for long, and prints its figures.
 */
import { describe, expect, test } from '@jest/globals';
import { hasRedis } from '../server/src/records/testing/redis.ts';
import type { Figures } from './bench/recovery/case.ts';
import { recoveryCases } from './bench/recovery/cases.ts';

/** Beyond the goals, which hold on an idle machine: the tests of a build share theirs with others. */
const BUSY = 2;

/** One quick run of a case. */
async function once(name: string): Promise<{ figures: Figures; goals: Figures }> {
  const recovery = recoveryCases.find((candidate) => candidate.name === name);
  if (recovery === undefined) throw new Error(`no case ${name}`);
  const scene = await recovery.open(true);
  try {
    return { figures: await scene.run(), goals: recovery.goals };
  } finally {
    await scene.close();
  }
}

/** Every figure that has a goal is within it. */
async function holds(name: string): Promise<void> {
  const { figures, goals } = await once(name);
  for (const [figure, goal] of Object.entries(goals))
    expect(figures[figure]).toBeLessThanOrEqual(BUSY * goal);
}

describe('pictures', () => {
  test('move again within seconds after the death of the media worker, and are analysed again', async () => {
    await holds('media-worker');
  }, 120_000);

  (hasRedis() ? test : test.skip)(
    'move on without Redis, and no alert is missed',
    async () => {
      await holds('redis');
    },
    120_000,
  );

  test('move on while a drain is begun and taken back', async () => {
    await holds('drain');
  }, 120_000);

  test('move on where every fifth packet of the device is lost', async () => {
    await holds('loss-20');
  }, 120_000);
});
