import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import type { Alert } from '@haven/protocol';
import { pulseAlert } from '../../records/testing/fixtures.ts';
import { MemoryAlerts } from '../../testing/memory-alerts.ts';
import { ClusterAlerts } from './cluster-alerts.ts';

const ROOM = 'ward-a';
const EVENT = { moved: true };
const HELD = { moved: false };

let alerts: ClusterAlerts;
let own: MemoryAlerts;
let alert: Alert;
beforeEach(() => {
  own = new MemoryAlerts();
  alerts = new ClusterAlerts(own, () => Promise.reject(new Error('nobody is asked')));
  alert = pulseAlert('P-101', { id: randomUUID(), roomId: ROOM, startedAt: 1 });
});

const ended = (of: Alert): Alert => ({ ...of, version: of.version + 1, condition: 'cleared', active: false });

test('an alert is where it was last told of, and not where it is only held as well', () => {
  expect(alerts.learn('a', alert, EVENT)).toBe(true);
  expect(alerts.learn('b', alert, HELD)).toBe(false);
  expect(alerts.nodeOf(alert.id)).toBe('a');
  expect(alerts.learn('b', alert, EVENT)).toBe(false);
  expect(alerts.nodeOf(alert.id)).toBe('b');
  expect(alerts.learn('a', { ...alert, version: 0 }, EVENT)).toBe(false);
  expect(alerts.nodeOf(alert.id)).toBe('b');
});

test('what is told late brings no ended alert back', async () => {
  alerts.learn('a', alert, EVENT);
  expect(alerts.learn('a', ended(alert), EVENT)).toBe(true);
  expect(alerts.learn('b', alert, EVENT)).toBe(false);
  expect(await alerts.adopt(alert)).toBe(false);
  expect(alerts.active(ROOM)).toEqual([]);
  expect(alerts.endOf(alert.id)).toEqual(ended(alert));
});

test('an alert that this node let go of stays on screen, and is owed until the other node is told to have it', () => {
  alerts.entrust('b', 'P-101', [alert]);
  expect(alerts.active(ROOM)).toEqual([alert]);
  expect(alerts.owed()).toEqual([{ node: 'b', alert }]);
  // That it holds it as well is not enough: then it tells nobody.
  alerts.learn('b', { ...alert }, HELD);
  expect(alerts.isOwed(alert.id)).toBe(true);
  // The patient went on.
  alerts.entrust('c', 'P-101', []);
  expect(alerts.owed()).toEqual([{ node: 'c', alert }]);
  alerts.handedOver([alert]);
  expect([alerts.isOwed(alert.id), alerts.nodeOf(alert.id)]).toEqual([false, 'c']);
});

test('the alerts of a node that is gone are owed to the node that has their patient', () => {
  const another = { ...alert, id: randomUUID(), patientId: 'P-102' };
  for (const told of [alert, another]) alerts.learn('a', told, EVENT);
  alerts.reassign('a', 'b', 'P-101');
  expect(alerts.owed()).toEqual([{ node: 'b', alert }]);
  expect(alerts.toldBy('a')).toEqual([another]);
});
