import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PROTOCOL_VERSION, RESUME_WITHIN_MS, type MonitorRequests, type RequestMap } from '@haven/protocol';
import { eventually } from '../../testing/eventually.ts';
import { consume, publish, publishRtp, watch } from '../../testing/scenes.ts';
import type { TestClient } from '../../testing/test-client.ts';
import { TestServer } from '../../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

const raise = (patientId: string, roomId = 'ward-a') => server.alerts.raise({ patientId, roomId });
const disconnects = () => server.telemetry.counts.get('haven_websocket_disconnects_total') ?? 0;

/** The network takes the connection away; nobody says goodbye. */
async function interrupt<M extends RequestMap>({ socket }: TestClient<M>): Promise<void> {
  const before = disconnects();
  socket.io.engine.close();
  await eventually(() => disconnects() > before && !socket.connected, 'both ends notice');
}

async function comeBack<M extends RequestMap>(client: TestClient<M>) {
  const answer = client.connected();
  client.socket.connect();
  return await answer;
}

const ready = (client: TestClient<RequestMap>, times = 1) =>
  eventually(() => client.heard('session:ready').length >= times, 'the session is ready');

const asMonitor = (monitor: TestClient<MonitorRequests>, transportId: string) =>
  monitor.request('transport:restart-ice', { transportId });

describe('a wall whose connection broke', () => {
  test('comes back to its room and its media, and gets each event that it missed once and in order', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    const { transport, consumerId } = await consume(monitor, streamId);
    await interrupt(monitor);
    const first = raise('P-101');
    const second = raise('P-102');
    raise('P-201', 'ward-b');
    expect(await comeBack(monitor)).toBeUndefined();
    expect(monitor.socket.recovered).toBe(true);
    await ready(monitor, 2);
    expect(monitor.heard('alert')).toEqual([first, second]);
    // The same transport and consumer, without joining again.
    await asMonitor(monitor, transport.id);
    await monitor.request('consumer:resume', { consumerId });
    const third = raise('P-101');
    await monitor.hears('alert', (alert) => JSON.stringify(alert) === JSON.stringify(third));
    expect(monitor.heard('alert')).toHaveLength(3);
    expect(server.records.audited).toContainEqual(expect.objectContaining({ action: 'session:resume' }));
  });

  test('comes back under the token that it was given meanwhile, also to a server that is drained', async () => {
    const { monitor, userId } = await watch(server);
    await ready(monitor);
    for (let hour = 0; hour < 2; hour++) {
      const token = server.access.addToken(userId);
      await monitor.request('session:renew', { token });
      server.signalling.operations.drain(60_000);
      await interrupt(monitor);
      monitor.socket.auth = { protocol: PROTOCOL_VERSION, token };
      expect(await comeBack(monitor)).toBeUndefined();
      expect(monitor.socket.recovered).toBe(true);
    }
  });

  test('keeps its place while it is away, and loses place and media when it stays away', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    await consume(monitor, streamId);
    await interrupt(monitor);
    await eventually(() => server.signalling.stats().viewers === 1, 'the place is kept');
    expect(server.sfu.stats().consumers).toBe(1);
    server.advance(RESUME_WITHIN_MS);
    await eventually(() => server.sfu.stats().consumers === 0, 'the media are closed');
    expect(server.signalling.stats().viewers).toBe(0);
    await comeBack(monitor);
    expect(monitor.socket.recovered).toBe(false);
    await expect(monitor.request('room:leave', {})).resolves.toEqual({});
    await expect(asMonitor(monitor, randomUUID())).rejects.toMatchObject({ code: 'TRANSPORT_UNKNOWN' });
  });

  test('leaves at once when it says so', async () => {
    const { monitor } = await watch(server);
    monitor.close();
    await eventually(() => server.signalling.stats().viewers === 0, 'the place is free');
  });

  test('comes back from another network before the server noticed that it had left', async () => {
    const { monitor, token } = await watch(server);
    await ready(monitor);
    const { pid, offset } = secretOf(monitor);
    const elsewhere = server.monitor(token, handshake({ token, pid, offset }));
    await elsewhere.connected();
    await ready(elsewhere);
    const alert = raise('P-101');
    expect(await elsewhere.hears('alert')).toEqual(alert);
    await eventually(() => !monitor.socket.connected, 'the old connection ends');
    expect(server.signalling.stats().viewers).toBe(1);
  });

  test('gets the answer to a request that it repeats', async () => {
    const { monitor } = await watch(server);
    const request = { requestId: randomUUID() };
    const { transport } = await monitor.request('transport:open', request);
    await interrupt(monitor);
    await comeBack(monitor);
    expect((await monitor.request('transport:open', request)).transport.id).toBe(transport.id);
  });

  test('more was missed of than is kept begins anew', async () => {
    const { monitor } = await watch(server);
    await ready(monitor);
    await interrupt(monitor);
    for (let raised = 0; raised < 2_100; raised++) raise('P-101');
    await comeBack(monitor);
    expect(monitor.socket.recovered).toBe(false);
  });
});

describe('a session that waits', () => {
  test('is closed with its media when the user’s token is revoked', async () => {
    const { streamId } = await publish(server, 'P-101');
    const { monitor, token } = await watch(server);
    await consume(monitor, streamId);
    await interrupt(monitor);
    server.access.revoke(token);
    await eventually(() => server.sfu.stats().consumers === 0, 'the media are closed');
    expect(await comeBack(monitor)).toMatchObject({ code: 'TOKEN_REVOKED' });
  });

  test.each(['takeRoom', 'lock'] as const)('tells nothing of what it missed after %s', async (change) => {
    const { monitor, userId } = await watch(server);
    await ready(monitor);
    await interrupt(monitor);
    raise('P-101');
    if (change === 'lock') server.access.lock(userId);
    else server.access.takeRoom(userId, 'ward-a');
    await eventually(() => server.signalling.stats().viewers === 0, 'it is closed');
    await comeBack(monitor);
    expect(monitor.socket.recovered).toBe(false);
    expect(monitor.heard('alert')).toEqual([]);
  });

  test('is not given to another user who has its secret, nor to nobody', async () => {
    const { monitor } = await watch(server);
    await ready(monitor);
    const { pid, offset } = secretOf(monitor);
    await interrupt(monitor);
    raise('P-101');
    const other = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    for (const [token, code] of [
      [other.token, 'FORBIDDEN'],
      ['no token', 'UNAUTHENTICATED'],
    ] as const) {
      const thief = server.monitor(token, handshake({ token, pid, offset }));
      expect(await thief.connected()).toMatchObject({ code });
      expect(thief.heard('alert')).toEqual([]);
    }
    await comeBack(monitor);
    expect(monitor.socket.recovered).toBe(true);
    await monitor.hears('alert');
  });

  test('is taken up by one connection only', async () => {
    const { monitor, token } = await watch(server);
    await ready(monitor);
    const { pid, offset } = secretOf(monitor);
    await interrupt(monitor);
    const clients = [1, 2, 3].map(() => server.monitor(token, handshake({ token, pid, offset })));
    await Promise.all(clients.map((client) => client.connected()));
    await eventually(() => clients.filter(({ socket }) => socket.connected).length === 1, 'one is left');
    raise('P-101');
    const [left] = clients.filter(({ socket }) => socket.connected);
    await left!.hears('alert');
    expect(server.signalling.stats().viewers).toBe(1);
  });
});

describe('a device whose connection broke', () => {
  const signals = () => server.alerts.reports.filter(({ condition }) => condition === 'signal-lost');

  test('keeps its stream without an alarm while its packets come, and goes on with it', async () => {
    const { device, streamId } = await publishRtp(server, 'P-101');
    await eventually(() => signals().length === 1, 'packets arrive');
    await interrupt(device);
    server.advance(20_000);
    await server.sfu.streams.examine();
    expect(server.sfu.streams.get(streamId)?.live).toBe(true);
    await comeBack(device);
    expect(device.socket.recovered).toBe(true);
    server.advance(20_000);
    await device.request('publish:restart-ice', { streamId });
    expect(device.heard('stream:ended')).toEqual([]);
  });

  test('hears on its return that its stream has ended meanwhile', async () => {
    const { device, streamId, token } = await publish(server, 'P-101');
    await ready(device);
    await interrupt(device);
    server.sfu.streams.get(streamId)?.end('media-worker-died');
    await comeBack(device);
    await device.hears('stream:ended');
    expect(device.heard('stream:ended')).toEqual([{ streamId, reason: 'media-worker-died' }]);
    server.access.revoke(token);
    await device.hears('session:ended');
  });

  test('loses its stream at once when its token is revoked', async () => {
    const { device, token } = await publish(server, 'P-101');
    await interrupt(device);
    server.access.revoke(token);
    expect(server.sfu.stats().streams).toBe(0);
    expect(await comeBack(device)).toMatchObject({ code: 'TOKEN_REVOKED' });
  });
});

/** What only this client knows of its session. */
function secretOf(client: TestClient<MonitorRequests>): { pid: unknown; offset: unknown } {
  return { pid: Reflect.get(client.socket, '_pid'), offset: Reflect.get(client.socket, '_lastOffset') };
}

function handshake(auth: Record<string, unknown>) {
  return { auth: { protocol: PROTOCOL_VERSION, ...auth } };
}
