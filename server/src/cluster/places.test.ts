import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hasRedis, startRedis } from '../records/testing/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Places } from './places.ts';
import { connectRedis } from './redis-link.ts';

const whereRedisIs = hasRedis() ? describe : describe.skip;

whereRedisIs('places that two nodes count together', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  const open: Places[] = [];

  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((places) => places.close()));
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  const node = (name: string) => {
    const places = new Places(redis, name);
    open.push(places);
    return places;
  };

  test('are granted up to the limit, whichever node is asked', async () => {
    const [a, b] = [node('a'), node('b')];
    const granted = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? a : b).take('viewers', `v${index}`, 5)),
    );
    expect(granted.filter(Boolean)).toHaveLength(5);
    expect(a.taken('viewers')).toBe(5);
  });

  test('are free again when they are left, and a kind knows nothing of another', async () => {
    const [a, b] = [node('a'), node('b')];
    await a.take('viewers', 'x', 1);
    expect(await b.take('viewers', 'y', 1)).toBe(false);
    expect(await b.take('devices', 'y', 1)).toBe(true);
    await a.leave('viewers', 'x');
    expect(await b.take('viewers', 'y', 1)).toBe(true);
  });

  test('are taken once by the same key', async () => {
    const a = node('a');
    expect(await a.take('devices', 'P-1', 1)).toBe(true);
    expect(await a.take('devices', 'P-1', 1)).toBe(true);
    expect(a.taken('devices')).toBe(1);
  });

  test('of a node that is gone end by themselves', async () => {
    const [a, b] = [node('a'), node('b')];
    await a.take('viewers', 'x', 1);
    await redis.zadd('haven:places:viewers', 1, 'a x');
    expect(await b.take('viewers', 'y', 1)).toBe(true);
  });

  test('are remembered by their node when Redis lost them', async () => {
    const [a, b] = [node('a'), node('b')];
    await a.take('viewers', 'x', 1);
    await redis.flushall();
    await a.renew();
    expect(await b.take('viewers', 'y', 1)).toBe(false);
  });
});

whereRedisIs('places while Redis is away', () => {
  test('are granted, for the node counts its own', async () => {
    const server = await startRedis();
    const redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
    const places = new Places(redis, 'a');
    await server.kill();
    expect(await places.take('viewers', 'x', 1)).toBe(true);
    expect(places.taken('viewers')).toBe(1);
    await places.close();
    redis.disconnect();
  });
});
