import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { alertSchema, type Alert } from '@haven/protocol';
import { pulseAlert } from '../../records/testing/fixtures.ts';
import { hasRedis } from '../../records/testing/redis.ts';
import { BareNode, holding } from '../../testing/bare-node.ts';
import { eventually } from '../../testing/eventually.ts';
import { NodeBeside } from '../../testing/node-beside.ts';
import { publish, watch } from '../../testing/scenes.ts';
import type { TestServer } from '../../testing/test-server.ts';

/** Longer than until the cluster has noticed that a node is gone, ms. */
const TTL_OF_THE_DEAD_MS = 9_000;

const bootId = randomUUID();
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

  /** As when the patient's device came to the other node while this one did not hear of it. */
  const goesToOther = async (patientId: string) => {
    const lease = `haven:lease:patient:${patientId}`;
    await eventually(async () => (await beside.link.hget(lease, 'node')) === 'here', 'the patient is here');
    const epoch = Number(await beside.link.hget(lease, 'epoch')) + 1;
    await beside.link.hset(lease, { node: 'other', epoch, value: randomUUID() });
  };
  const onScreen = async () => (await watch(here)).snapshot.alerts.map(({ id }) => id);

  test('of alerts that it had not heard of: they stay on screen until it has been handed them', async () => {
    const handed: Alert[] = [];
    let asked = 0;
    await beside.join({
      'node:snapshot': () => ({ ...holding(bootId), alerts: handed }),
      'patient:hand-over': ({ alerts }) => {
        asked += 1;
        if (asked === 1) throw new Error('busy');
        handed.push(...alerts);
        return { taken: true };
      },
      'alert:amend': () => ended(handed[0]!),
    });
    const { monitor } = await watch(here);
    const alert = here.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await goesToOther('P-101');
    await eventually(() => here.alerts.allActive().length === 0, 'this node lets go of it', 10_000);
    expect(await onScreen()).toEqual([alert.id]);
    await eventually(() => handed.length > 0, 'it is handed over');
    expect(handed).toEqual([alert]);
    expect(await onScreen()).toEqual([alert.id]);
    expect(monitor.heard('alert').filter((told) => !alertSchema.parse(told).active)).toEqual([]);
    await monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    await eventually(async () => (await onScreen()).length === 0, 'it has ended there');
  }, 30_000);

  test('when it lets go of alerts of a patient whom this one has: they are watched over here, and everybody hears it', async () => {
    await beside.join({});
    const { monitor } = await watch(here);
    const hand = (patientId: string, alerts: Alert[]) =>
      beside.other.mesh.request('here', 'patient:hand-over', { patientId, alerts });
    expect(await hand('P-102', [alertOf('P-102')])).toEqual({ taken: false });
    await publish(here, 'P-101');
    const alert = alertOf('P-101');
    const lost: Alert = { ...alertOf('P-101'), rule: 'signal-lost', priority: 'technical' };
    expect(await hand('P-101', [alert, lost])).toEqual({ taken: true });
    await monitor.hears('alert', isOf(alert));
    expect(here.alerts.allActive().map(({ id }) => id)).toEqual([alert.id, lost.id]);
    await eventually(
      () => beside.other.heard.some(({ event }) => event.kind === 'alert' && event.alert.id === alert.id),
      'the other one hears where it is watched over',
    );
    // The device is here, and its signal is what is seen here.
    expect(here.alerts.reports).toContainEqual(
      expect.objectContaining({ patientId: 'P-101', condition: 'signal-lost', present: false }),
    );
  });

  test('of an alert that it does not hold any more is not the end of it where a third one does', async () => {
    const alert = alertOf('P-101');
    let held = [alert];
    await beside.join({ 'node:snapshot': () => ({ ...holding(bootId), alerts: held }) });
    const third = await BareNode.start('third', beside.link, {
      answers: {
        'node:snapshot': () => ({ ...holding(randomUUID()), alerts: [alert] }),
        'alert:amend': () => ended(alert),
      },
    });
    try {
      const { monitor } = await watch(here);
      await eventually(async () => (await onScreen()).length === 1, 'it is on screen');
      await third.members.beat();
      await eventually(() => here.gauge('haven_cluster_nodes') === 2, 'the third is there', 10_000);
      tell(alert);
      held = [];
      beside.other.silent = true;
      await eventually(() => here.gauge('haven_cluster_nodes') === 1, 'the other is silent', 10_000);
      beside.other.silent = false;
      await eventually(() => here.gauge('haven_cluster_nodes') === 2, 'it is asked again', 10_000);
      const acknowledge = { requestId: randomUUID(), alertId: alert.id };
      await eventually(
        () =>
          monitor.request('alert:acknowledge', acknowledge).then(
            () => true,
            () => false,
          ),
        'the third is known to watch over it',
      );
      await monitor.hears('alert', isOf(ended(alert)));
      const told = monitor.heard('alert').map((message) => alertSchema.parse(message));
      expect(told.filter(({ active, version }) => !active && version === alert.version)).toEqual([]);
    } finally {
      await third.close();
    }
  }, 30_000);

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
