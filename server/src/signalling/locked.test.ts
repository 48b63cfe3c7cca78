import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { NAME_WITHHELD } from '@haven/protocol';
import { consume, publish, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

describe('a wall whose session locks', () => {
  test('loses its pictures and vitals, and goes on hearing heartbeats and the alarms of its room', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor, userId } = await watch(server, 'ward-a');
    const { consumerId } = await consume(monitor, streamId);
    server.access.lock(userId);
    await monitor.hears('session:locked');

    await expect(monitor.request('consumer:resume', { consumerId })).rejects.toMatchObject({
      code: 'CONSUMER_UNKNOWN',
    });
    await expect(monitor.request('transport:open', { requestId: randomUUID() })).rejects.toMatchObject({
      code: 'SESSION_LOCKED',
    });
    const heartbeats = monitor.heard('heartbeat').length;
    server.alerts.raise({ patientId: 'P-201', roomId: 'ward-b' });
    const alert = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await publish(server, 'P-102');
    await monitor.hears('alert');
    await monitor.hears('heartbeat', () => monitor.heard('heartbeat').length > heartbeats);
    expect(monitor.heard('alert')).toEqual([alert]);
    expect(monitor.heard('stream:started')).toEqual([]);
    await expect(
      monitor.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id }),
    ).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
  });

  test('joins again after it is unlocked, and sees everything', async () => {
    const { monitor, userId } = await watch(server, 'ward-a');
    server.access.lock(userId);
    await monitor.hears('session:locked');
    server.access.unlock(userId);
    await monitor.hears('session:unlocked');
    const alert = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await monitor.hears('alert');
    const snapshot = await monitor.request('room:join', { roomId: 'ward-a' });
    expect(snapshot).toMatchObject({ alerts: [alert], patients: [{ id: 'P-101' }, { id: 'P-102' }] });
    const { streamId } = await publish(server, 'P-101');
    await monitor.hears('stream:started');
    await consume(monitor, streamId);
  });

  test('that connects anew hears the alarms again, and is shown nothing else', async () => {
    const { token, userId } = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    await publish(server, 'P-101');
    const alert = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    server.access.lock(userId);
    const monitor = server.monitor(token);
    expect(await monitor.connected()).toBeUndefined();
    await monitor.hears('session:locked');
    expect(await monitor.request('session:describe', {})).toMatchObject({ rooms: [{ id: 'ward-a' }] });
    const snapshot = await monitor.request('room:join', { roomId: 'ward-a' });
    expect(snapshot).toMatchObject({ alerts: [alert], streams: [], vitals: [] });
    expect(snapshot.patients).toContainEqual(expect.objectContaining({ id: 'P-101', name: NAME_WITHHELD }));
    const later = server.alerts.raise({ patientId: 'P-102', roomId: 'ward-a' });
    await monitor.hears('alert');
    expect(monitor.heard('alert')).toEqual([later]);
    await expect(monitor.request('room:join', { roomId: 'ward-b' })).rejects.toMatchObject({
      code: 'ROOM_NOT_ASSIGNED',
    });
  });

  test('is still told when its room or its role is taken away', async () => {
    const { monitor, userId } = await watch(server, 'ward-a');
    server.access.lock(userId);
    await monitor.hears('session:locked');
    server.access.takeRoom(userId, 'ward-a');
    expect(await monitor.hears('room:closed')).toEqual({ roomId: 'ward-a', code: 'ROOM_NOT_ASSIGNED' });
    server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    server.access.takeRoles(userId);
    expect(await monitor.hears('session:ended')).toEqual({ code: 'FORBIDDEN' });
    expect(monitor.heard('alert')).toEqual([]);
  });
});
