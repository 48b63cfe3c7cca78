import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../cluster/redis-link.ts';
import { readConfig } from '../../config/config.ts';
import { loadTls } from '../../http/tls.ts';
import { hasRedis, startRedis } from '../../records/testing/redis.ts';
import { BareNode } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { QuietTelemetry } from '../../testing/quiet-telemetry.ts';
import type { NodeEvent } from './node-signalling.ts';

const whereRedisIs = hasRedis() ? describe : describe.skip;
const ENDED: NodeEvent = {
  kind: 'stream-ended',
  roomId: 'ward-a',
  streamId: randomUUID(),
  patientId: 'P-101',
  reason: 'device-stopped',
};

whereRedisIs('nodes of a cluster', () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let redis: Redis;
  let a: BareNode;
  let b: BareNode;

  beforeAll(async () => {
    server = await startRedis();
    redis = connectRedis(server.url, new QuietTelemetry());
    await eventually(() => redis.status === 'ready', 'Redis answers');
  });
  beforeEach(async () => {
    await redis.flushall();
    [a, b] = await Promise.all([BareNode.start('a', redis), BareNode.start('b', redis)]);
    await a.members.beat();
    await b.members.beat();
    await a.members.beat();
    await eventually(() => a.mesh.isUp('b') && b.mesh.isUp('a'), 'the nodes are linked');
  });
  afterEach(() => Promise.all([a.close(), b.close()]));
  afterAll(async () => {
    redis.disconnect();
    await server.kill();
  });

  test('hear what happens on the others, and nothing of their own', async () => {
    a.mesh.tell(ENDED);
    expect(await eventually(() => b.heard.at(0), 'b hears it')).toEqual({ node: 'a', event: ENDED });
    expect(a.heard).toEqual([]);
  });

  test('ask each other, and get answers or reasons', async () => {
    expect(await a.mesh.request('b', 'node:snapshot', {})).toMatchObject({ streams: [] });
    const pipe = { pipeId: randomUUID(), streamId: randomUUID() };
    const to = {
      ip: '127.0.0.1',
      port: 1,
      srtpParameters: { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: 'AAAA' },
    } as const;
    await expect(a.mesh.request('b', 'pipe:open', { ...pipe, to })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    await expect(a.mesh.request('c', 'node:snapshot', {})).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('do not let anybody in who does not know the secret', async () => {
    const stranger = await BareNode.start('c', redis, { secret: 'another secret that is as long' });
    await stranger.members.beat();
    await eventually(() => stranger.links.includes('refused by a: UNAUTHENTICATED'), 'a refuses it');
    expect(stranger.mesh.isUp('a')).toBe(false);
    a.mesh.tell(ENDED);
    await eventually(() => b.heard.at(0), 'b hears it');
    expect(stranger.heard).toEqual([]);
    await stranger.close();
  });

  test('reach each other over TLS, once they trust who signed the certificate', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'haven-node-tls-'));
    const settings = { HAVEN_TLS: 'self-signed', HAVEN_DATA_DIR: directory };
    const tls = await loadTls(readConfig(settings), Date.now());
    const encrypted = await BareNode.start('c', redis, { tls });
    const trusted = getCACertificates('default');
    try {
      await encrypted.members.beat();
      await a.members.beat();
      await eventually(() => a.links.some((link) => link.startsWith('refused by c')), 'a does not trust it');
      // What NODE_EXTRA_CA_CERTS does at the start.
      setDefaultCACertificates([...trusted, tls!.certificate]);
      await eventually(() => a.mesh.isUp('c'), 'a reaches it');
      encrypted.mesh.tell(ENDED);
      expect(await eventually(() => a.heard.at(0), 'a hears it')).toEqual({ node: 'c', event: ENDED });
    } finally {
      setDefaultCACertificates(trusted);
      await encrypted.close();
      await rm(directory, { recursive: true });
    }
  });

  test('go on hearing each other when Redis forgets them', async () => {
    await redis.flushall();
    await a.members.beat();
    expect(a.members.others).toEqual([]);
    expect(a.mesh.isUp('b')).toBe(true);
    b.mesh.tell(ENDED);
    await eventually(() => a.heard.at(0), 'a hears it');
    await b.members.beat();
    await a.members.beat();
    b.mesh.tell({ ...ENDED, streamId: randomUUID() });
    await eventually(() => a.heard.at(1), 'a hears it once more');
    expect(a.heard).toHaveLength(2);
  });

  test('notice within seconds that one died, and that it left', async () => {
    await b.close();
    await eventually(() => a.links.includes('-b'), 'the link is down');
    await a.members.beat();
    await eventually(() => !a.mesh.isUp('b'), 'b is not up');
    await redis.zrem('haven:nodes', 'b');
    await redis.hdel('haven:nodes:about', 'b');
    await a.members.beat();
    await eventually(() => a.links.includes('gone b'), 'b is gone');
    b = await BareNode.start('b', redis);
    await b.members.beat();
    await a.members.beat();
    await eventually(() => a.mesh.isUp('b'), 'b is back');
  });
});
