import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { alertSchema, type Alert } from '@haven/protocol';
import { pulseAlert } from '../../records/testing/fixtures.ts';
import { hasRedis } from '../../records/testing/redis.ts';
import { holding } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { NodeBeside } from '../../testing/node-beside.ts';
import { watch } from '../../testing/scenes.ts';
import type { TestServer } from '../../testing/test-server.ts';

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
  let beside: NodeBeside;
  let here: TestServer;

  beforeAll(async () => {
    beside = await NodeBeside.start();
  });
  beforeEach(async () => {
    here = await beside.startHere();
  });
  afterEach(() => beside.part());
  afterAll(() => beside.close());

  const tell = (alert: Alert) => beside.other.mesh.tell({ kind: 'alert', alert, leftRoomId: null });

  test('while it answers what it holds is newer than the answer: what has ended stays ended', async () => {
    const [alert, next] = [alertOf('P-101'), alertOf('P-102')];
    const { monitor } = await watch(here);
    await beside.join({
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
    await beside.join({ 'alert:amend': () => ended(alert) });
    const [{ monitor: first }, { monitor: second }] = [await watch(here), await watch(here)];
    tell(alert);
    await second.hears('alert', isOf(alert));
    await first.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    expect(await second.hears('alert', isOf(ended(alert)))).toEqual(ended(alert));
    expect((await watch(here)).snapshot.alerts).toEqual([]);
  });

  test('is this node’s when that one is gone, as soon as its lease has run out', async () => {
    const alert = alertOf('P-101');
    await beside.join({});
    const { monitor } = await watch(here);
    tell(alert);
    await monitor.hears('alert', isOf(alert));
    // Extended just before it died.
    const lease = 'haven:lease:patient:P-101';
    await beside.link.hset(lease, { node: 'other', epoch: 1, value: '-' });
    await beside.link.pexpire(lease, TTL_OF_THE_DEAD_MS);
    await beside.other.close();
    await eventually(() => here.gauge('haven_cluster_nodes') === 0, 'it is gone', 10_000);
    await eventually(
      () => here.alerts.allActive().some(({ id }) => id === alert.id),
      'this node watches over the alert',
      2 * TTL_OF_THE_DEAD_MS,
    );
    expect(await beside.link.hget(lease, 'node')).toBe('here');
    await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
  }, 40_000);
});
