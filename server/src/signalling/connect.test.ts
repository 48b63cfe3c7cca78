import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MAX_MESSAGE_BYTES } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { publish, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.close());

const audited = (code: string) =>
  eventually(() => server.records.audited.find((entry) => entry.code === code), `${code} is audited`);

describe('a connection is refused and audited', () => {
  test('without a token, with an unknown one, and in another version of the protocol', async () => {
    expect(await server.monitor('').connected()).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await server.monitor('nobody').connected()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await audited('UNAUTHENTICATED')).toMatchObject({
      actor: 'anonymous',
      action: 'connect',
      subject: 'namespace:/monitor',
      result: 'refused',
      address: '127.0.0.1',
    });
    const { token } = server.access.addDevice('P-101');
    const outdated = server.device(token, { auth: { protocol: 0, token } });
    expect(await outdated.connected()).toMatchObject({ code: 'PROTOCOL_VERSION' });
  });

  test("with a clinician's token on a device's namespace, and the other way round", async () => {
    const user = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    const device = server.access.addDevice('P-101');
    expect(await server.device(user.token).connected()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await server.cvWorker(user.token).connected()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await server.monitor(device.token).connected()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('with a token that has expired or was revoked', async () => {
    const expired = server.access.addUser({ roles: ['clinician'], rooms: [], expiresInMs: -1 });
    expect(await server.monitor(expired.token).connected()).toMatchObject({ code: 'TOKEN_EXPIRED' });
    const { token } = server.access.addDevice('P-101');
    server.access.revoke(token);
    expect(await server.device(token).connected()).toMatchObject({ code: 'TOKEN_REVOKED' });
    await audited('TOKEN_EXPIRED');
    await audited('TOKEN_REVOKED');
  });

  test('with a role that watches no rooms', async () => {
    const { token } = server.access.addUser({ roles: ['auditor'], rooms: ['ward-a'] });
    expect(await server.monitor(token).connected()).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('from a foreign origin, and accepted from its own', async () => {
    const { token } = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    const from = (origin: string) => server.monitor(token, { extraHeaders: { origin } }).connected();
    expect(await from('https://elsewhere.example')).toBeDefined();
    await audited('ORIGIN_REFUSED');
    expect(await from(server.url)).toBeUndefined();
  });

  test('by a CV worker that does not say how much it can take', async () => {
    const worker = server.cvWorker(server.access.addCvKey(), { name: 'cv-1' });
    expect(await worker.connected()).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

describe('a client that keeps to no protocol', () => {
  test('gets an error for an unknown request and for one that is malformed', async () => {
    const { monitor } = await watch(server);
    const garbage: [string, ...unknown[]][] = [
      ['no:such-request', {}],
      ['room:join'],
      ['room:join', null],
      ['room:join', { roomId: '../etc' }],
      ['room:join', { roomId: 7 }, 'more'],
      ['constructor', {}],
      ['view:report', { tiles: [{ streamId: randomUUID(), width: 1e9 }] }],
      ['alert:acknowledge', { requestId: 'not-a-uuid', alertId: randomUUID() }],
    ];
    for (const [name, ...parts] of garbage) {
      expect(await monitor.raw(name, ...parts)).toMatchObject({
        ok: false,
        error: { code: 'INVALID_REQUEST', traceId: 'trace-of-a-test' },
      });
    }
    monitor.socket.emit('room:join', { roomId: 'ward-a' });
    monitor.socket.emit('nonsense');
    expect(await monitor.request('room:leave', {})).toEqual({});
  });

  test('cannot use the key of one request for another', async () => {
    const { monitor } = await watch(server);
    const requestId = randomUUID();
    await monitor.request('transport:open', { requestId });
    expect(await monitor.raw('alert:acknowledge', { requestId, alertId: randomUUID() })).toMatchObject({
      error: { code: 'INVALID_REQUEST' },
    });
  });

  test('is disconnected for a message that is too large, which is audited; nobody else is disturbed', async () => {
    const { monitor } = await watch(server);
    const other = await watch(server);
    const code = new Promise((resolve) => {
      monitor.socket.once('disconnect', (reason) => resolve(reason));
    });
    monitor.socket.emit('room:join', { roomId: 'x'.repeat(MAX_MESSAGE_BYTES) });
    expect(await code).toBe('transport close');
    await audited('MESSAGE_TOO_LARGE');
    expect(other.monitor.socket.connected).toBe(true);
  });

  test('is slowed down when it asks too much, and told for how long', async () => {
    const { monitor } = await watch(server);
    const answers = await Promise.all(
      Array.from({ length: 250 }, () => monitor.raw('consumer:resume', { consumerId: 'x' })),
    );
    expect(answers.at(-1)).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
    });
    expect(answers[0]).toMatchObject({ error: { code: 'CONSUMER_UNKNOWN' } });
  });
});

test('who asks for one room right after another is in the one that was asked for last', async () => {
  const { records } = server;
  const rooms = records.rooms.bind(records);
  const slow = Promise.withResolvers<undefined>();
  records.rooms = async () => {
    records.rooms = rooms;
    await slow.promise;
    return await rooms();
  };
  const { token } = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a', 'ward-b'] });
  const monitor = server.monitor(token);
  await monitor.connected();
  const first = monitor.request('room:join', { roomId: 'ward-a' });
  await monitor.request('room:join', { roomId: 'ward-b' });
  slow.resolve(undefined);
  await expect(first).rejects.toMatchObject({ code: 'NOT_JOINED' });
  const alert = server.alerts.raise({ patientId: 'P-201', roomId: 'ward-b' });
  server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
  expect(await monitor.hears('alert')).toMatchObject({ id: alert.id });
  await monitor.request('session:describe', {});
  expect(monitor.heard('alert')).toHaveLength(1);
  expect(server.signalling.stats().viewers).toBe(1);
});

describe('a full server', () => {
  test('lets no more viewers in than it has places for', async () => {
    await server.close();
    server = await TestServer.start({ HAVEN_MAX_VIEWERS: '1' });
    const { monitor } = await watch(server);
    await expect(watch(server)).rejects.toMatchObject({
      code: 'CAPACITY_EXCEEDED',
      retryAfterMs: expect.any(Number),
    });
    await monitor.request('room:join', { roomId: 'ward-a' });
    await monitor.request('room:leave', {});
    await watch(server);
  });
});

describe('a server that stops', () => {
  test('tells every session and every device, and raises no alarm', async () => {
    const { device, streamId } = await publish(server, 'P-101');
    const { monitor } = await watch(server);
    await server.signalling.close();
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'server-stopping' });
    expect(await device.hears('session:ended')).toEqual({ code: 'SHUTTING_DOWN' });
    expect(await monitor.hears('session:ended')).toEqual({ code: 'SHUTTING_DOWN' });
    expect(server.alerts.reports).toEqual([]);
  });
});

test('an audit trail that cannot be written stops nobody', async () => {
  server.records.full = true;
  const { snapshot } = await watch(server);
  expect(snapshot.room.id).toBe('ward-a');
  await eventually(() => server.telemetry.counts.get('haven_audit_failures_total'), 'it is counted');
});
