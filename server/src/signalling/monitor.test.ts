import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '../testing/eventually.ts';
import { DTLS_PARAMETERS, vp8Parameters } from '../testing/rtp-parameters.ts';
import { claim, consume, produce, publish, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start({ HAVEN_MEDIA_WORKERS: '2' });
});
afterEach(() => server.close());

describe('a clinician', () => {
  test('hears who they are and which rooms they may join', async () => {
    const { token, userId } = server.access.addUser({ roles: ['clinician'], rooms: ['ward-b'] });
    const monitor = server.monitor(token);
    await monitor.connected();
    expect(await monitor.request('session:describe', {})).toEqual({
      userId,
      displayName: 'Test',
      roles: ['clinician'],
      rooms: [{ id: 'ward-b', name: 'Ward B' }],
    });
  });

  test('gets the room, its patients, streams and alerts when joining, and is audited', async () => {
    const alert = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { streamId } = await publish(server, 'P-101');
    await publish(server, 'P-201');
    const { snapshot, userId } = await watch(server, 'ward-a');
    expect(snapshot.room).toEqual({ id: 'ward-a', name: 'Ward A' });
    expect(snapshot.patients.map(({ id }) => id)).toEqual(['P-101', 'P-102']);
    expect(snapshot.streams).toEqual([
      expect.objectContaining({ streamId, patientId: 'P-101', source: 'camera', maxSpatialLayer: 1 }),
    ]);
    expect(snapshot.alerts).toEqual([alert]);
    expect(server.records.audited).toContainEqual(
      expect.objectContaining({
        actor: `user:${userId}`,
        action: 'room:join',
        subject: 'room:ward-a',
        result: 'done',
      }),
    );
  });

  test('hears of streams that begin and end in the room, and of no others', async () => {
    const { monitor } = await watch(server, 'ward-b');
    await publish(server, 'P-102');
    const { device, streamId } = await publish(server, 'P-201');
    await monitor.hears('stream:started');
    expect(monitor.heard('stream:started')).toEqual([expect.objectContaining({ streamId })]);
    await device.request('publish:stop', { streamId });
    await monitor.hears('stream:ended');
    expect(monitor.heard('stream:ended')).toContainEqual({
      streamId,
      patientId: 'P-201',
      reason: 'device-stopped',
    });
  });

  test('does not hear of a stream before its video starts', async () => {
    const { monitor, snapshot } = await watch(server, 'ward-b');
    expect(snapshot.streams).toEqual([]);
    const { device, streamId } = await claim(server, 'P-201');
    await monitor.hears('heartbeat');
    expect(monitor.heard('stream:started')).toEqual([]);
    await produce(device, streamId, vp8Parameters());
    await monitor.hears('stream:started');
  });

  test('resumes its consumer, reports what it shows of it, and closes it', async () => {
    const { streamId } = await publish(server, 'P-102');
    const { monitor } = await watch(server, 'ward-a');
    const { consumerId, rtpParameters } = await consume(monitor, streamId);
    expect(rtpParameters.codecs[0]?.mimeType).toBe('video/VP8');
    await monitor.request('consumer:resume', { consumerId });
    await monitor.request('view:report', {
      tiles: [{ streamId, width: 320, height: 180, visible: true, focused: false }],
    });
    await monitor.request('consumer:close', { consumerId });
    await expect(monitor.request('consumer:resume', { consumerId })).rejects.toMatchObject({
      code: 'CONSUMER_UNKNOWN',
    });
  });

  test('has its consumer closed when the stream ends, with the reason', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    const { consumerId } = await consume(monitor, streamId);
    await device.request('publish:stop', { streamId });
    expect(await monitor.hears('consumer:closed')).toEqual({ consumerId, reason: 'device-stopped' });
    expect(server.sfu.stats().consumers).toBe(0);
  });

  test('watches streams of both media workers over one transport', async () => {
    const streams = [await publish(server, 'P-101'), await publish(server, 'P-102')];
    const { monitor } = await watch(server);
    const { transport, rtpCapabilities } = await consume(monitor, streams[0]!.streamId);
    const second = await monitor.request('consumer:create', {
      requestId: randomUUID(),
      transportId: transport.id,
      streamId: streams[1]!.streamId,
      rtpCapabilities,
    });
    await monitor.request('consumer:resume', { consumerId: second.consumerId });
    const workers = streams.map(({ streamId }) => server.sfu.streams.get(streamId)?.mediaWorker.pid);
    expect(new Set(workers).size).toBe(2);
    expect(server.sfu.stats().consumers).toBe(2);
  });

  test('gets the same consumer when a request is retried', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    const { transport, rtpCapabilities } = await consume(monitor, streamId);
    const request = { requestId: randomUUID(), transportId: transport.id, streamId, rtpCapabilities };
    const [first, second] = await Promise.all([
      monitor.request('consumer:create', request),
      monitor.request('consumer:create', request),
    ]);
    expect(second).toEqual(first);
    expect(await monitor.request('consumer:create', request)).toEqual(first);
    expect(server.sfu.stats().consumers).toBe(1);
  });

  test('acknowledges an alert once, and the whole room hears of it', async () => {
    const alert = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { monitor, userId } = await watch(server);
    const other = await watch(server);
    const acknowledged = await monitor.request('alert:acknowledge', {
      requestId: randomUUID(),
      alertId: alert.id,
    });
    expect(acknowledged).toMatchObject({ version: 2, acknowledgement: { userId } });
    expect(await other.monitor.hears('alert')).toEqual(acknowledged);
    expect(server.records.audited).toContainEqual(
      expect.objectContaining({ action: 'alert:acknowledge', subject: `alert:${alert.id}`, result: 'done' }),
    );
  });

  test('hears a heartbeat with the time of the server', async () => {
    const { monitor } = await watch(server);
    await monitor.hears('heartbeat');
    expect(monitor.heard('heartbeat')[0]).toEqual({ serverTime: expect.any(Number) });
  });
});

describe('a request that cannot be met', () => {
  test('is refused with the code that says why', async () => {
    const { monitor } = await watch(server);
    const { token } = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    const newcomer = server.monitor(token);
    await newcomer.connected();
    const requestId = randomUUID();
    const refusals = [
      [() => monitor.request('room:join', { roomId: 'ward-z' }), 'ROOM_UNKNOWN'],
      [() => monitor.request('room:join', { roomId: 'ward-b' }), 'ROOM_NOT_ASSIGNED'],
      [() => newcomer.request('transport:open', { requestId }), 'NOT_JOINED'],
      [
        () => monitor.request('transport:connect', { transportId: 'x', dtlsParameters: DTLS_PARAMETERS }),
        'TRANSPORT_UNKNOWN',
      ],
      [() => monitor.request('consumer:resume', { consumerId: 'x' }), 'CONSUMER_UNKNOWN'],
      [() => monitor.request('alert:acknowledge', { requestId, alertId: randomUUID() }), 'ALERT_UNKNOWN'],
    ] as const;
    for (const [ask, code] of refusals) await expect(ask()).rejects.toMatchObject({ code });
  });

  test('for a stream of another room is refused as if there were none', async () => {
    const { streamId } = await publish(server, 'P-201');
    const { monitor } = await watch(server, 'ward-a');
    await expect(consume(monitor, streamId)).rejects.toMatchObject({ code: 'STREAM_UNKNOWN' });
  });

  test('for a codec that the viewer lacks is refused', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    const { transport } = await consume(monitor, streamId);
    const answer = monitor.request('consumer:create', {
      requestId: randomUUID(),
      transportId: transport.id,
      streamId,
      rtpCapabilities: { codecs: [], headerExtensions: [] },
    });
    await expect(answer).rejects.toMatchObject({ code: 'UNSUPPORTED_CODEC' });
  });

  test('by a role that may not acknowledge is refused and audited', async () => {
    const alert = server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    const { token, userId } = server.access.addUser({ roles: ['observer'], rooms: ['ward-a'] });
    const observer = server.monitor(token);
    await observer.connected();
    const answer = observer.request('alert:acknowledge', { requestId: randomUUID(), alertId: alert.id });
    await expect(answer).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(server.records.audited).toContainEqual(
      expect.objectContaining({
        actor: `user:${userId}`,
        action: 'alert:acknowledge',
        subject: `alert:${alert.id}`,
        result: 'refused',
        code: 'FORBIDDEN',
      }),
    );
  });
});

describe('rights that change while a session runs', () => {
  test('close the room and its media when the room is taken away', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor, userId } = await watch(server);
    await consume(monitor, streamId);
    server.access.takeRoom(userId, 'ward-a');
    expect(await monitor.hears('room:closed')).toEqual({ roomId: 'ward-a', code: 'ROOM_NOT_ASSIGNED' });
    expect(server.sfu.stats().viewers).toBe(0);
    await expect(consume(monitor, streamId)).rejects.toMatchObject({ code: 'NOT_JOINED' });
  });

  test('end the session when the role or the token is taken away', async () => {
    const unroled = await watch(server);
    const revoked = await watch(server);
    server.access.takeRoles(unroled.userId);
    server.access.revoke(revoked.token);
    expect(await unroled.monitor.hears('session:ended')).toEqual({ code: 'FORBIDDEN' });
    expect(await revoked.monitor.hears('session:ended')).toEqual({ code: 'TOKEN_REVOKED' });
    await eventually(() => !revoked.monitor.socket.connected, 'the connection closes');
  });

  test('end the session when the token runs out, unless it was renewed', async () => {
    const expiring = await watch(server);
    const renewing = await watch(server);
    const token = server.access.addToken(renewing.userId, 7_200_000);
    await renewing.monitor.request('session:renew', { token });
    const stranger = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    await expect(renewing.monitor.request('session:renew', { token: stranger.token })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    server.advance(3_600_001);
    expect(await expiring.monitor.hears('session:ended')).toEqual({ code: 'TOKEN_EXPIRED' });
    expect(renewing.monitor.socket.connected).toBe(true);
  });
});
