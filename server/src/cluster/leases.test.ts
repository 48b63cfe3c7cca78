import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hasRedis, startRedis } from '../records/testing/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Leases } from './leases.ts';
import { connectRedis } from './redis-link.ts';

const whereRedisIs = hasRedis() ? describe : describe.skip;

whereRedisIs('leases of two nodes', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  const open: Leases[] = [];

  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((leases) => leases.close()));
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  const node = (name: string) => {
    const leases = new Leases(redis, name);
    open.push(leases);
    return leases;
  };

  test('go to whoever comes first; the other hears who holds it', async () => {
    const [a, b] = [node('a'), node('b')];
    const lease = await a.take('patient:P-1', 'bed');
    expect(lease.node).toBe('a');
    expect(await b.take('patient:P-1', 'other')).toEqual({ ...lease, value: 'bed' });
    expect(b.epochOf('patient:P-1')).toBeUndefined();
    expect(await b.holderOf('patient:P-1')).toEqual(lease);
  });

  test('of many that ask at once exactly one gets it', async () => {
    const nodes = Array.from({ length: 20 }, (_, index) => node(`n${index}`));
    const leases = await Promise.all(nodes.map((leases) => leases.take('x', '')));
    expect(new Set(leases.map((lease) => lease.node)).size).toBe(1);
    expect(nodes.filter((leases) => leases.epochOf('x') !== undefined)).toHaveLength(1);
  });

  test('have a higher epoch at each change of hands, and the same while they are kept', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await a.take('x', '');
    expect((await a.take('x', 'new')).epoch).toBe(first.epoch);
    await a.release('x');
    const second = await b.take('x', '');
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await b.release('x');
    expect((await a.take('x', '')).epoch).toBeGreaterThan(second.epoch);
  });

  test('can be seized, and the earlier holder hears of it', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await a.take('x', '');
    const lost: [string, string][] = [];
    a.on('lost', (name, by) => lost.push([name, by.node]));
    const second = await b.take('x', '', { seize: true });
    expect(second).toMatchObject({ node: 'b' });
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await a.renew();
    expect(lost).toEqual([['x', 'b']]);
    expect(a.epochOf('x')).toBeUndefined();
  });

  test('that ran out unnoticed are kept under the same epoch if nobody else had them', async () => {
    const a = node('a');
    const { epoch } = await a.take('x', 'v');
    await redis.del('haven:lease:x');
    await a.renew();
    expect(await a.holderOf('x')).toMatchObject({ node: 'a', epoch, value: 'v' });
  });

  test('that ran out and were held by another in between are lost, even if free again', async () => {
    const [a, b] = [node('a'), node('b')];
    await a.take('x', '');
    const lost: string[] = [];
    a.on('lost', (name) => lost.push(name));
    await redis.del('haven:lease:x');
    await b.take('x', '');
    await b.release('x');
    await a.renew();
    expect(lost).toEqual(['x']);
    expect(await a.holderOf('x')).toBeUndefined();
  });

  test('of a node that was started again begin a new epoch', async () => {
    const { epoch } = await node('a').take('x', '');
    expect((await node('a').take('x', '')).epoch).toBeGreaterThan(epoch);
  });

  test('survive a Redis that lost its memory, with epochs that still rise', async () => {
    const [a, b] = [node('a'), node('b')];
    const { epoch } = await a.take('x', '');
    await redis.flushall();
    await a.renew();
    expect(await b.holderOf('x')).toMatchObject({ node: 'a', epoch });
    await redis.flushall();
    expect((await b.take('x', '')).epoch).toBeGreaterThan(epoch);
  });
});

whereRedisIs('leases while Redis is away', () => {
  test('are kept, and extended as soon as it answers again', async () => {
    const server = await startRedis();
    const redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
    const leases = new Leases(redis, 'a');
    const { epoch } = await leases.take('x', '');
    await server.kill();
    await leases.renew();
    expect(leases.epochOf('x')).toBe(epoch);
    await expect(leases.take('y', '')).rejects.toThrow();
    const again = await startRedis(server.port);
    await eventually(() => redis.status === 'ready', 'Redis answers again');
    await leases.renew();
    expect(await leases.holderOf('x')).toMatchObject({ node: 'a', epoch });
    await leases.close();
    redis.disconnect();
    await again.kill();
  });
});
