import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hasRedis, startRedis } from '../records/testing/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Places, type PlaceKind } from './places.ts';
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

  /** As one node holds them. */
  const nodesPlaces = (limit: number, kind: PlaceKind = 'viewers') => {
    const places = new Places(redis, kind, limit);
    open.push(places);
    return places;
  };

  test('are granted up to the limit, whichever node is asked', async () => {
    const [a, b] = [nodesPlaces(5), nodesPlaces(5)];
    const granted = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? a : b).take(`v${index}`)),
    );
    expect(granted.filter(Boolean)).toHaveLength(5);
    expect(a.taken).toBe(5);
  });

  test('are free again when they are left, and a kind knows nothing of another', async () => {
    const [a, b] = [nodesPlaces(1), nodesPlaces(1)];
    await a.take('x');
    expect(await b.take('y')).toBe(false);
    expect(await nodesPlaces(1, 'devices').take('y')).toBe(true);
    await a.leave('x');
    expect(a.taken).toBe(0);
    expect(await b.take('y')).toBe(true);
  });

  test('are taken once by the same key, wherever it comes', async () => {
    const [a, b] = [nodesPlaces(1, 'devices'), nodesPlaces(1, 'devices')];
    expect(await a.take('P-1')).toBe(true);
    expect(await a.take('P-1')).toBe(true);
    expect(await b.take('P-1')).toBe(true);
    expect(b.taken).toBe(1);
  });

  test('that moved to another node stay its own when the first one lets go', async () => {
    const [a, b] = [nodesPlaces(1, 'devices'), nodesPlaces(1, 'devices')];
    await a.take('P-1');
    await b.take('P-1');
    await a.leave('P-1');
    await b.renew();
    expect(await a.take('P-2')).toBe(false);
  });

  test('of a node that is gone end by themselves', async () => {
    const [a, b] = [nodesPlaces(1), nodesPlaces(1)];
    await a.take('x');
    await redis.zadd('haven:places:viewers', 1, 'x');
    expect(await b.take('y')).toBe(true);
  });

  test('are remembered by their node when Redis lost them', async () => {
    const [a, b] = [nodesPlaces(1), nodesPlaces(1)];
    await a.take('x');
    await redis.flushall();
    await a.renew();
    expect(await b.take('y')).toBe(false);
  });
});

whereRedisIs('places while Redis is away', () => {
  test('are granted, for the node counts its own', async () => {
    const server = await startRedis();
    const redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
    const places = new Places(redis, 'viewers', 1);
    await server.kill();
    expect(await places.take('x')).toBe(true);
    expect(places.taken).toBe(1);
    await places.close();
    redis.disconnect();
  });
});
