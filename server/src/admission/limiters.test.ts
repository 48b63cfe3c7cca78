import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connectRedis } from '../cluster/redis-link.ts';
import { NetworkList } from '../config/networks.ts';
import { hasRedis, startRedis } from '../records/testing/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { AddressLimits } from './address-limits.ts';
import { limitersOfCluster } from './limiters.ts';

const ADDRESS = '192.0.2.1';
const BOUNDS = { connectionsPerAddress: 100, attemptsPerMinute: 10 };

(hasRedis() ? describe : describe.skip)('two nodes with one Redis', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let ends: (() => void)[];
  let nodes: AddressLimits[];

  beforeEach(async () => {
    redis = await startRedis();
    ends = [];
    nodes = await Promise.all(
      [1, 2].map(async () => {
        const link = connectRedis(redis.url, new QuietTelemetry());
        ends.push(() => link.disconnect());
        await eventually(() => link.status === 'ready', 'Redis answers');
        return new AddressLimits(new NetworkList(), BOUNDS, limitersOfCluster(link));
      }),
    );
  });

  afterEach(async () => {
    for (const end of ends) end();
    await redis.kill();
  });

  /** @returns how many were let in before the first that was refused */
  async function attempts(limits: AddressLimits): Promise<number> {
    for (let made = 0; made < 100; made++) {
      try {
        await limits.assertMayConnect(ADDRESS);
      } catch (error) {
        expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
        return made;
      }
    }
    throw new Error('nothing was refused');
  }

  test('count the attempts of an address together, and give back those that succeed', async () => {
    const [here, there] = nodes as [AddressLimits, AddressLimits];
    for (let attempt = 0; attempt < 30; attempt++) {
      await here.assertMayConnect(ADDRESS);
      await there.succeeded(ADDRESS);
    }
    for (let attempt = 0; attempt < 6; attempt++) await here.assertMayConnect(ADDRESS);
    expect(await attempts(there)).toBe(4);
    expect(await attempts(here)).toBe(0);
    await here.assertMayConnect('192.0.2.2');
  });

  test('count refused sign-ins together', async () => {
    const [here, there] = nodes as [AddressLimits, AddressLimits];
    for (let refusal = 0; refusal < 5; refusal++) {
      await here.countRefusal(ADDRESS);
      await there.countRefusal(ADDRESS);
    }
    await expect(here.assertMaySignIn(ADDRESS)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('count each for itself while Redis is away', async () => {
    const [here, there] = nodes as [AddressLimits, AddressLimits];
    await redis.kill();
    expect(await attempts(here)).toBe(10);
    expect(await attempts(there)).toBe(10);
    redis = await startRedis(redis.port);
  });
});
