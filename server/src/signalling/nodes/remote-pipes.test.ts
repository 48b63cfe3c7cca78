import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { HavenError } from '@haven/protocol';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../cluster/redis-link.ts';
import { hasRedis, startRedis } from '../../records/testing/redis.ts';
import { BareNode } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { QuietTelemetry } from '../../testing/quiet-telemetry.ts';
import { vp8Parameters } from '../../testing/rtp-parameters.ts';
import { COMPARE_INTERVAL_MS, RemotePipes } from './remote-pipes.ts';

const END = {
  ip: '127.0.0.1',
  port: 40_000,
  srtpParameters: { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: 'AAAA' },
} as const;
const BEAT_MS = 20;

(hasRedis() ? describe : describe.skip)('another node that sends streams to this one', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let link: Redis;
  let here: BareNode;
  let other: BareNode;
  let pipes: RemotePipes;
  let timer: NodeJS.Timeout;
  /** What the other node sends: the highest layer that is watched, by pipe. */
  let sent: Map<string, number | null>;
  /** How many requests it refuses next. */
  let refusals: number;
  let listed: number;
  let lost: string[];
  const now = { ms: 0 };

  const refuse = () => {
    if (refusals === 0) return;
    refusals -= 1;
    throw new HavenError('RATE_LIMITED');
  };

  beforeAll(async () => {
    redis = await startRedis();
    link = connectRedis(redis.url, new QuietTelemetry());
    await eventually(() => link.status === 'ready', 'Redis answers');
  });
  beforeEach(async () => {
    sent = new Map();
    lost = [];
    [refusals, listed] = [0, 0];
    await link.flushall();
    here = await BareNode.start('here', link);
    other = await BareNode.start('other', link, {
      answers: {
        'pipe:open': ({ pipeId }) => {
          sent.set(pipeId, null);
          // Its answer gets lost.
          refuse();
          return { from: END, rtpParameters: vp8Parameters() };
        },
        'pipe:demand': ({ pipeId, maxSpatialLayer }) => {
          refuse();
          if (sent.has(pipeId)) sent.set(pipeId, maxSpatialLayer);
          return {};
        },
        'pipe:close': ({ pipeId }) => {
          refuse();
          sent.delete(pipeId);
          return {};
        },
        'pipe:list': () => {
          listed += 1;
          refuse();
          return { pipes: [...sent].map(([pipeId, maxSpatialLayer]) => ({ pipeId, maxSpatialLayer })) };
        },
      },
    });
    for (const node of [other, here]) await node.members.beat();
    await eventually(() => here.mesh.isUp('other'), 'the nodes are linked', 10_000);
    pipes = new RemotePipes(here.mesh, () => now.ms);
    timer = setInterval(() => pipes.beat(), BEAT_MS);
    await eventually(() => listed === 1, 'it is compared at first');
  });
  afterEach(async () => {
    clearInterval(timer);
    await Promise.all([here.close(), other.close()]);
  });
  afterAll(async () => {
    link.disconnect();
    await redis.kill();
  });

  const open = () => {
    const pipeId = randomUUID();
    const streamId = randomUUID();
    const opened = pipes
      .openerFor('other')
      .open({ pipeId, streamId, to: END, lost: () => lost.push(pipeId) });
    return { pipeId, opener: pipes.openerFor('other'), opened };
  };

  test('is asked again when it refused a demand', async () => {
    const { pipeId, opener, opened } = open();
    await opened;
    refusals = 2;
    opener.demand(pipeId, 1);
    await eventually(() => sent.get(pipeId) === 1, 'it knows what is watched');
    expect(refusals).toBe(0);
  });

  test('is asked again when it refused to close', async () => {
    const { pipeId, opener, opened } = open();
    await opened;
    refusals = 2;
    opener.close(pipeId);
    await eventually(() => sent.size === 0, 'it sends no more');
  });

  test('is closed where nobody heard that it was opened', async () => {
    refusals = 2;
    const { pipeId, opener, opened } = open();
    await expect(opened).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(sent.has(pipeId)).toBe(true);
    opener.close(pipeId);
    await eventually(() => sent.size === 0, 'it sends no more');
  });

  test('is not compared while all is well, but from time to time', async () => {
    const { opener, opened, pipeId } = open();
    await opened;
    opener.demand(pipeId, 0);
    await eventually(() => sent.get(pipeId) === 0, 'it knows what is watched');
    expect(listed).toBe(1);
    sent.delete(pipeId);
    now.ms += COMPARE_INTERVAL_MS;
    await eventually(() => lost.includes(pipeId), 'its loss is noticed');
    expect(listed).toBe(2);
  });
});
