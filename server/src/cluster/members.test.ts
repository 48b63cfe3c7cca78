import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hasRedis, startRedis } from '../records/testing/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import { Members } from './members.ts';
import { connectRedis } from './redis-link.ts';

const whereRedisIs = hasRedis() ? describe : describe.skip;

whereRedisIs('the nodes of a cluster', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  const open: Members[] = [];

  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((members) => members.close()));
  });
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  const node = (name: string) => {
    const self = { node: name, url: `https://${name}.example:3000`, startedAt: 1, draining: false };
    const members = new Members(redis, self);
    open.push(members);
    return { members, self };
  };

  test('find each other, and hear who leaves', async () => {
    const [a, b] = [node('a'), node('b')];
    const heard: string[] = [];
    a.members.on('joined', ({ node }) => heard.push(`+${node}`));
    a.members.on('left', ({ node }) => heard.push(`-${node}`));
    await a.members.beat();
    await b.members.beat();
    await a.members.beat();
    expect(a.members.others).toEqual([b.self]);
    expect(b.members.others).toEqual([a.self]);
    await b.members.close();
    await a.members.beat();
    expect(heard).toEqual(['+b', '-b']);
    expect(a.members.others).toEqual([]);
  });

  test('that fall silent are dropped when their time is over', async () => {
    const [a, b] = [node('a'), node('b')];
    await b.members.beat();
    await a.members.beat();
    await redis.zadd('haven:nodes', 1, 'b');
    await a.members.beat();
    expect(a.members.others).toEqual([]);
  });

  test('say when they are being taken out of service', async () => {
    const [a, b] = [node('a'), node('b')];
    await a.members.beat();
    await b.members.beat();
    const changed: boolean[] = [];
    b.members.on('changed', ({ draining }) => changed.push(draining));
    await a.members.drain(true);
    await b.members.beat();
    await a.members.drain(false);
    await b.members.beat();
    expect(changed).toEqual([true, false]);
  });

  test('are not gone when Redis comes back without what it knew, unless they say nothing more', async () => {
    const [a, b] = [node('a'), node('b')];
    await b.members.beat();
    await a.members.beat();
    const left: string[] = [];
    a.members.on('left', (member) => left.push(member.node));
    await server.kill();
    await eventually(() => redis.status !== 'ready', 'Redis is gone');
    server = await startRedis(server.port);
    await eventually(() => redis.status === 'ready', 'Redis is back', 10_000);
    await a.members.beat();
    expect(a.members.others).toEqual([b.self]);
    await b.members.close();
    await eventually(() => left.length > 0, 'its time is over', 10_000);
    expect(a.members.others).toEqual([]);
  }, 30_000);

  test('are not confused by what else lies in Redis', async () => {
    const a = node('a');
    await redis.hset('haven:nodes:about', 'x', 'nonsense', 'y', '{"node":"y"}');
    await a.members.beat();
    expect(a.members.others).toEqual([]);
    await redis.hdel('haven:nodes:about', 'x', 'y');
  });
});
