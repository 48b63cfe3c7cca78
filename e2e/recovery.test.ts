/**
 * Each thing that can hurt the pictures does so once, for real; what a clinician's browser sees of it stays within the
 * goals. `npm run bench:recovery` does the same many times, for long, and prints its figures.
 */
import { describe, expect, test } from '@jest/globals';
import { hasRedis } from '../server/src/records/testing/redis.ts';
import { recoveryCases } from './bench/recovery/cases.ts';
import { hasNginx } from './support/balancer.ts';
import { mayMakeNetworks } from './support/test-network.ts';

/** Beyond the goals in seconds, which hold on an idle machine: the tests of a build share theirs with others. */
const BUSY = 2;
/** What a case needs beyond a server, and whether this machine has it. */
const POSSIBLE: Readonly<Partial<Record<string, () => boolean>>> = {
  redis: hasRedis,
  'redis-of-nodes': hasRedis,
  node: () => hasRedis() && hasNginx(),
  'node-cut-off': () => hasRedis() && mayMakeNetworks(),
  'rolling-restart': () => hasRedis() && hasNginx(),
  balancer: () => hasRedis() && hasNginx(),
};
/** `kills.test.ts` kills the server, with more. */
const ELSEWHERE = ['server'];

const cases = recoveryCases.filter(({ name }) => !ELSEWHERE.includes(name));

describe('what was hurt is well again within its goals', () => {
  for (const { name, what, goals, open } of cases) {
    const run = (POSSIBLE[name]?.() ?? true) ? test : test.skip;
    run(
      `${name}: ${what}`,
      async () => {
        const scene = await open(true);
        try {
          const figures = await scene.run();
          const missed = Object.entries(goals).filter(
            ([figure, goal]) => !((figures[figure] ?? NaN) <= (figure.endsWith(', s') ? BUSY : 1) * goal),
          );
          expect(missed.map(([figure]) => ({ figure, value: figures[figure] }))).toEqual([]);
        } finally {
          await scene.close();
        }
      },
      240_000,
    );
  }
});
