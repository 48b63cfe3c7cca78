import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { alertSchema, type Alert } from '@haven/protocol';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../cluster/redis-link.ts';
import { pulseAlert } from '../../records/testing/fixtures.ts';
import { hasRedis, startRedis } from '../../records/testing/redis.ts';
import { BareNode, holding, type BareNodeOptions } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { QuietTelemetry } from '../../testing/quiet-telemetry.ts';
import { watch } from '../../testing/scenes.ts';
import type { TestServer } from '../../testing/test-server.ts';
import { startNode } from '../../testing/two-nodes.ts';

/** Longer than until the cluster has noticed that a node is gone, ms. */
const TTL_OF_THE_DEAD_MS = 9_000;

const alertOf = (patientId: string) =>
  pulseAlert(patientId, { id: randomUUID(), roomId: 'ward-a', startedAt: Date.now() });
const ended = (alert: Alert): Alert => ({
  ...alert,
  condition: 'cleared',
  active: false,
  version: alert.version + 1,
});
/** Whether a message is this version. */
const isOf = (alert: Alert) => (message: unknown) => {
  const told = alertSchema.parse(message);
  return told.id === alert.id && told.version === alert.version;
};

(hasRedis() ? describe : describe.skip)('what another node tells', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let link: Redis;
  let here: TestServer;
  let other: BareNode;

  beforeAll(async () => {
    redis = await startRedis();
    link = connectRedis(redis.url, new QuietTelemetry());
    await eventually(() => link.status === 'ready', 'Redis answers');
  });
  beforeEach(async () => {
    await link.flushall();
    here = await startNode('here', redis.url);
  });
  afterEach(async () => {
    await other.close();
    await here.close();
  });
  afterAll(async () => {
    link.disconnect();
    await redis.kill();
  });

  const join = async (answers: BareNodeOptions['answers']) => {
    other = await BareNode.start('other', link, answers === undefined ? {} : { answers });
    await other.members.beat();
    await eventually(() => here.gauge('haven_cluster_nodes') === 1, 'the nodes are linked', 10_000);
    await eventually(() => other.mesh.isUp('here'), 'the other one hears', 10_000);
  };
  const tell = (alert: Alert) => other.mesh.tell({ kind: 'alert', alert, leftRoomId: null });

  test('while it answers what it holds is newer than the answer: what has ended stays ended', async () => {
    const [alert, next] = [alertOf('P-101'), alertOf('P-102')];
    const { monitor } = await watch(here);
    await join({
      'node:snapshot': () => {
        // Before the answer is on its way.
        queueMicrotask(() => tell(ended(alert)));
        return { ...holding(randomUUID()), alerts: [alert] };
      },
    });
    tell(next);
    await monitor.hears('alert', isOf(next));
    expect((await watch(here)).snapshot.alerts.map(({ id }) => id)).toEqual([next.id]);
  });

  test('about an alert that somebody here acknowledges is seen by everybody here', async () => {
    const alert = alertOf('P-101');
    await join({ 'alert:amend': () => ended(alert) });
    const [{ monitor: first }, { monitor: second }] = [await watch(here), await watch(here)];
    tell(alert);
    await second.hears('alert', isOf(alert));
    await first.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    expect(await second.hears('alert', isOf(ended(alert)))).toEqual(ended(alert));
    expect((await watch(here)).snapshot.alerts).toEqual([]);
  });

  test('is this node’s when that one is gone, as soon as its lease has run out', async () => {
    const alert = alertOf('P-101');
    await join({});
    const { monitor } = await watch(here);
    tell(alert);
    await monitor.hears('alert', isOf(alert));
    // Extended just before it died.
    const lease = 'haven:lease:patient:P-101';
    await link.hset(lease, { node: 'other', epoch: 1, value: '-' });
    await link.pexpire(lease, TTL_OF_THE_DEAD_MS);
    await other.close();
    await eventually(() => here.gauge('haven_cluster_nodes') === 0, 'it is gone', 10_000);
    await eventually(
      () => here.alerts.allActive().some(({ id }) => id === alert.id),
      'this node watches over the alert',
      2 * TTL_OF_THE_DEAD_MS,
    );
    expect(await link.hget(lease, 'node')).toBe('here');
    await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
  }, 40_000);
});
