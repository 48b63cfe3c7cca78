/** What clinicians do to alarms: who may, who hears of it, what is audited. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SoundPause } from '@haven/protocol';
import { watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

const audited = (change: object) =>
  expect(server.records.audited).toContainEqual(expect.objectContaining(change));

describe('an alert', () => {
  test('is acknowledged with a reason, once: the first answer stands', async () => {
    const { id: alertId } = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { monitor, userId } = await watch(server);
    const second = await watch(server);
    const request = { requestId: randomUUID(), alertId, reason: 'known, being treated' };
    const acknowledged = await monitor.request('alert:acknowledge', request);
    expect(acknowledged).toMatchObject({
      change: { kind: 'acknowledged' },
      acknowledgement: { userId, reason: 'known, being treated' },
    });
    expect(await monitor.request('alert:acknowledge', request)).toEqual(acknowledged);
    const late = { requestId: randomUUID(), alertId, reason: 'me too' };
    expect(await second.monitor.request('alert:acknowledge', late)).toEqual(acknowledged);
    audited({ action: 'alert:acknowledge', subject: `alert:${alertId}`, reason: 'known, being treated' });
  });

  test('is silenced at every station of its room', async () => {
    const { id: alertId } = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { monitor, userId } = await watch(server);
    const other = await watch(server);
    const silenced = await monitor.request('alert:silence', {
      requestId: randomUUID(),
      alertId,
      seconds: 60,
      reason: 'bathing',
    });
    expect(silenced).toMatchObject({ active: true, silence: { userId, reason: 'bathing' } });
    expect(await other.monitor.hears('alert')).toEqual(silenced);
    audited({ action: 'alert:silence', subject: `alert:${alertId}`, reason: 'bathing', result: 'done' });
  });

  test('of another room, or of nobody, is neither acknowledged nor silenced', async () => {
    const { id: alertId } = server.alerts.raise({ patientId: 'P-201', roomId: 'ward-b' });
    const { monitor, userId } = await watch(server, 'ward-a');
    const requestId = randomUUID();
    const foreign = { code: 'ROOM_NOT_ASSIGNED' };
    await expect(monitor.request('alert:acknowledge', { requestId, alertId })).rejects.toMatchObject(foreign);
    await expect(
      monitor.request('alert:silence', { requestId: randomUUID(), alertId, seconds: 60 }),
    ).rejects.toMatchObject(foreign);
    await expect(
      monitor.request('alert:silence', { requestId: randomUUID(), alertId: randomUUID(), seconds: 60 }),
    ).rejects.toMatchObject({ code: 'ALERT_UNKNOWN' });
    expect(server.alerts.active('ward-b')).toEqual([expect.objectContaining({ version: 1 })]);
    audited({
      actor: `user:${userId}`,
      action: 'alert:acknowledge',
      subject: `alert:${alertId}`,
      result: 'refused',
      code: 'ROOM_NOT_ASSIGNED',
    });
  });

  test.each([0, 121, 1.5])('is not silenced for %d seconds', async (seconds) => {
    const { id: alertId } = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { monitor } = await watch(server);
    const request = monitor.request('alert:silence', { requestId: randomUUID(), alertId, seconds });
    await expect(request).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

describe('the sound of a room', () => {
  const pause = (reason?: string) => ({
    requestId: randomUUID(),
    seconds: 120,
    ...(reason === undefined ? {} : { reason }),
  });

  test('is paused at every station, also at one that joins meanwhile, until somebody resumes it', async () => {
    const { monitor, userId } = await watch(server);
    const other = await watch(server);
    const elsewhere = await watch(server, 'ward-b');
    const paused: SoundPause = await monitor.request('alarm:pause', pause('ward round'));
    expect(paused).toMatchObject({ userId, reason: 'ward round', until: paused.at + 120_000 });
    expect(await other.monitor.hears('alarm:paused')).toEqual({ roomId: 'ward-a', pause: paused });
    expect((await watch(server)).snapshot.soundPause).toEqual(paused);
    expect(elsewhere.snapshot.soundPause).toBeNull();

    await other.monitor.request('alarm:resume', { requestId: randomUUID() });
    await monitor.hears('alarm:paused');
    expect(monitor.heard('alarm:paused')).toContainEqual({ roomId: 'ward-a', pause: paused });
    expect((await watch(server)).snapshot.soundPause).toBeNull();
    expect(elsewhere.monitor.heard('alarm:paused')).toEqual([]);
    audited({ action: 'alarm:pause', subject: 'room:ward-a', reason: 'ward round', result: 'done' });
    audited({ action: 'alarm:resume', subject: 'room:ward-a', result: 'done' });
  });

  test('comes back with a new high alert', async () => {
    const { monitor } = await watch(server);
    await monitor.request('alarm:pause', pause());
    server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    expect((await watch(server)).snapshot.soundPause).toBeNull();
    audited({ actor: 'system', action: 'alarm:resume', subject: 'room:ward-a' });
  });

  test('is not paused when that cannot be kept, by whom it may not be, or outside a room', async () => {
    const { monitor } = await watch(server);
    server.records.full = true;
    await expect(monitor.request('alarm:pause', pause())).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    server.records.full = false;
    const { token } = server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
    const observer = server.monitor(token);
    await observer.connected();
    await expect(observer.request('alarm:pause', pause())).rejects.toMatchObject({ code: 'NOT_JOINED' });
    await observer.request('room:join', { roomId: 'ward-a' });
    await expect(observer.request('alarm:pause', pause())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(observer.request('alarm:resume', { requestId: randomUUID() })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect((await watch(server)).snapshot.soundPause).toBeNull();
  });
});
