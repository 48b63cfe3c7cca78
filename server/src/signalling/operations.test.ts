import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { serverLoadSchema, type ClientStatistics } from '@haven/protocol';
import { CONNECT_WITHIN_MS } from '../sfu/peer-reaper.ts';
import { IDLE_MACHINE } from '../testing/idle-machine.ts';
import { eventually } from '../testing/eventually.ts';
import { consume, publish, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { IDLE_CONNECTION_MS, IDLE_VIEWER_MS } from './session-watch.ts';

let server: TestServer;
const start = async (environment: Record<string, string> = {}) => {
  server = await TestServer.start(environment);
};
afterEach(() => server.close());

const newcomer = () => server.monitor(clinician()).connected();
const clinician = () => server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] }).token;
const taken = (name: string) =>
  server.signalling.operations.state.limits.find((limit) => limit.name === name)?.taken;
/** As often as it takes: the server looks at itself once a second. */
const seconds = async (count: number) => {
  for (let second = 0; second < count; second++) await server.signalling.operations.tick();
};

/** A plain request to Socket.IO's address. */
function engineRequest(headers: Record<string, string>, transport: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = `${server.url}/socket.io/?EIO=4&transport=${transport}`;
    httpRequest(url, { headers, agent: false })
      .on('response', (response) => resolve(response.resume()))
      .on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      })
      .on('error', reject)
      .end();
  });
}

/** What a wall says of a picture in a page that is looked at, or is not. */
const view = (visible: boolean) => ({
  tiles: [{ streamId: randomUUID(), width: 100, height: 100, visible, focused: false }],
});
const STATISTICS: ClientStatistics = {
  ...{ tiles: 1, framesDecoded: 450, framesDropped: 0, freezes: 0, freezeMs: 0 },
  ...{ packetsReceived: 1000, packetsLost: 0, decodeMs: 2, delayMs: 40, jitterMs: 3, roundTripMs: 12 },
};

const loadOf = (event: unknown) => serverLoadSchema.parse(event);

/** Of a flood. */
const AT_ONCE = 50;

const UPGRADE = {
  ...{ Connection: 'Upgrade', Upgrade: 'websocket' },
  ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
};

describe('a node whose connections are nearly all taken', () => {
  beforeEach(() => start({ HAVEN_MAX_CONNECTIONS: '10' }));

  /** Fills nine of ten connections: with walls that only look at which rooms there are. */
  async function fill() {
    const clients = Array.from({ length: 9 }, () => server.monitor(clinician()));
    await Promise.all(clients.map((client) => client.connected()));
    return clients;
  }
  const leave = async (clients: readonly { close(): void }[]) => {
    const before = taken('connections') ?? 0;
    for (const client of clients) client.close();
    await eventually(() => taken('connections') === before - clients.length, 'they have left');
  };

  test('refuses newcomers, tells them how long to wait, and goes on for everybody inside', async () => {
    const [client] = await fill();
    expect(await newcomer()).toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringMatching(/about \d+ (s|min)/),
      retryAfterMs: expect.any(Number),
    });
    const load = { step: 'none', overloaded: true, drainingUntil: null };
    expect(await client!.hears('server:load')).toEqual(load);
    expect(await client!.request('room:join', { roomId: 'ward-a' })).toMatchObject({ load });
  });

  test('verifies no token and reads nothing for those whom it refuses', async () => {
    await fill();
    expect(await server.monitor('a token of nobody').connected()).toMatchObject({ code: 'OVERLOADED' });
    expect(server.records.audited.filter(({ action }) => action === 'connect')).toEqual([]);
  });

  test('lets in whoever returns', async () => {
    const token = clinician();
    const leaving = server.monitor(token);
    await leaving.connected();
    const clients = await fill();
    await leave([leaving, clients[0]!]);
    expect(server.signalling.operations.load.overloaded).toBe(true);
    expect(await server.monitor(token).connected()).toBeUndefined();
  });

  test('recovers by itself a minute later', async () => {
    const clients = await fill();
    await leave(clients.slice(5));
    expect(await newcomer()).toMatchObject({ code: 'OVERLOADED' });
    server.advance(61_000);
    await seconds(1);
    expect(await newcomer()).toBeUndefined();
  });

  test('recovers at once by an administrator', async () => {
    const [client] = await fill();
    await client!.hears('server:load', (event) => loadOf(event).overloaded);
    server.signalling.operations.resetOverload();
    await client!.hears('server:load', (event) => !loadOf(event).overloaded);
    expect(await newcomer()).toBeUndefined();
  });

  test.each([
    ['long polling', {}, 'polling'],
    ['a WebSocket', UPGRADE, 'websocket'],
  ])('answers %s with 503 and Retry-After at the very limit', async (_by, headers, transport) => {
    await server.cvWorker(server.access.addCvKey()).connected();
    await fill();
    const response = await engineRequest(headers, transport);
    expect(response.statusCode).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a machine that is too busy', () => {
  beforeEach(() => start());

  test('gives up one thing after another, tells it to walls and CV workers, and refuses newcomers at last', async () => {
    const { monitor, token } = await watch(server);
    const worker = server.cvWorker(server.access.addCvKey());
    await worker.connected();
    server.machine = { ...IDLE_MACHINE, processor: 1, ownProcessor: 0.9 };
    const { operations } = server.signalling;
    const given: string[] = [];
    await eventually(
      () => {
        server.advance(250);
        const { step } = operations.load;
        if (step !== given.at(-1)) given.push(step);
        return step === 'refusing';
      },
      'everything is given up',
      15_000,
    );
    expect(given).toEqual(['none', 'analysis', 'layers', 'off-screen', 'refusing']);
    expect(server.sfu.stats().relief).toBe('refusing');
    await monitor.hears('server:load', (event) => loadOf(event).step === 'refusing');
    expect(worker.heard('analysis:pace')).toEqual([{ reduced: true }]);
    const late = server.cvWorker(server.access.addCvKey(), { name: 'cv-2', capacity: 8 });
    await late.connected();
    expect(await late.hears('analysis:pace')).toEqual({ reduced: true });
    expect(await newcomer()).toMatchObject({ code: 'OVERLOADED' });
    const returned = server.monitor(token);
    expect(await returned.connected()).toBeUndefined();
    expect(await returned.request('room:join', { roomId: 'ward-a' })).toMatchObject({
      load: { step: 'refusing' },
    });
  }, 30_000);

  test('sends away who has looked at nothing for longest when its memory is full, and nobody who looks', async () => {
    const idle = await watch(server);
    const renewed = server.access.addToken(idle.userId);
    await idle.monitor.request('session:renew', { token: renewed });
    const looking = await watch(server);
    await looking.monitor.request('view:report', view(true));
    server.advance(IDLE_VIEWER_MS);
    // A page tells of itself in the background too, and of pictures that begin there.
    await idle.monitor.request('client:statistics', STATISTICS);
    await idle.monitor.request('view:report', view(false));
    server.machine = { ...IDLE_MACHINE, memory: 0.95 };
    await seconds(2);
    expect(await idle.monitor.hears('session:ended')).toEqual({ code: 'OVERLOADED' });
    for (const token of [idle.token, renewed]) {
      expect(await server.monitor(token).connected()).toMatchObject({ code: 'OVERLOADED' });
    }
    expect(await newcomer()).toMatchObject({ code: 'OVERLOADED' });
    await seconds(2);
    expect(looking.monitor.socket.connected).toBe(true);
  });

  test('counts from the last picture that was seen, and from what somebody did', async () => {
    const [hidden, used] = [await watch(server), await watch(server)];
    const { monitor } = hidden;
    await monitor.request('view:report', view(true));
    server.advance(IDLE_VIEWER_MS);
    await monitor.request('view:report', view(false));
    await used.monitor.request('alarm:pause', { requestId: randomUUID(), seconds: 60 });
    server.machine = { ...IDLE_MACHINE, memory: 0.95 };
    server.advance(IDLE_VIEWER_MS / 2);
    await used.monitor.request('alarm:resume', { requestId: randomUUID() });
    await seconds(2);
    expect([monitor.socket.connected, used.monitor.socket.connected]).toEqual([true, true]);
    server.advance(IDLE_VIEWER_MS / 2);
    await seconds(2);
    expect(await monitor.hears('session:ended')).toEqual({ code: 'OVERLOADED' });
    expect(used.monitor.socket.connected).toBe(true);
  });
});

describe('a node that is drained', () => {
  beforeEach(() => start());

  test('keeps its sessions, takes no new ones, and is back when that is taken back', async () => {
    const { monitor, token } = await watch(server);
    const { device, streamId } = await publish(server, 'P-101');
    server.signalling.operations.drain(60_000);
    const { drainingUntil } = server.signalling.operations.load;
    expect(await device.hears('server:draining')).toEqual({ deadline: drainingUntil });
    expect(await monitor.hears('server:load')).toMatchObject({ drainingUntil });
    expect(await newcomer()).toMatchObject({ code: 'DRAINING', retryAfterMs: 5_000 });
    const other = server.device(server.access.addDevice('P-102').token);
    expect(await other.connected()).toMatchObject({ code: 'DRAINING' });
    expect(await server.monitor(token).connected()).toBeUndefined();
    expect(await server.cvWorker(server.access.addCvKey()).connected()).toBeUndefined();
    server.signalling.operations.undrain();
    await device.hears(
      'server:draining',
      (event) => JSON.stringify(event) === JSON.stringify({ deadline: null }),
    );
    expect(await newcomer()).toBeUndefined();
    expect(server.sfu.streams.get(streamId)?.live).toBe(true);
    expect(monitor.socket.connected).toBe(true);
  });

  test('sends everybody away at its deadline, without an alarm, and still takes nobody', async () => {
    const { monitor } = await watch(server);
    const { device, streamId } = await publish(server, 'P-101');
    const drained = server.signalling.operations.drained(5_000);
    server.advance(5_001);
    expect(await drained).toBe(true);
    expect(await device.hears('stream:ended')).toEqual({ streamId, reason: 'server-stopping' });
    expect(await monitor.hears('session:ended')).toEqual({ code: 'SHUTTING_DOWN' });
    expect(server.alerts.reports).toEqual([]);
    expect(await newcomer()).toMatchObject({ code: 'DRAINING' });
  });

  test('lets nobody back in after its deadline, until it is taken back', async () => {
    const { monitor, token } = await watch(server);
    const { device, token: deviceToken } = await publish(server, 'P-101');
    const back = async () => [
      (await server.monitor(token).connected())?.code,
      (await server.device(deviceToken).connected())?.code,
    ];
    server.signalling.operations.drain(5_000);
    server.advance(5_001);
    await monitor.hears('session:ended');
    await device.hears('session:ended');
    expect(await back()).toEqual(['DRAINING', 'DRAINING']);
    expect(await server.cvWorker(server.access.addCvKey()).connected()).toBeUndefined();
    server.signalling.operations.undrain();
    expect(await back()).toEqual([undefined, undefined]);
  });

  test('ends a session that was being let in when the deadline came', async () => {
    const { access } = server;
    const [verified, verifying] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const authenticate = access.authenticateUser.bind(access);
    access.authenticateUser = async (token) => {
      verifying.resolve(undefined);
      await verified.promise;
      return authenticate(token);
    };
    const late = server.monitor(clinician());
    const entering = late.connected();
    await verifying.promise;
    server.signalling.operations.drain(0);
    verified.resolve(undefined);
    expect(await entering).toBeUndefined();
    await late.request('room:join', { roomId: 'ward-a' });
    await seconds(1);
    expect(await late.hears('session:ended')).toEqual({ code: 'SHUTTING_DOWN' });
  });

  test('is empty before its deadline when everybody has left', async () => {
    const { monitor } = await watch(server);
    const drained = server.signalling.operations.drained(600_000);
    await monitor.request('room:leave', {});
    expect(await drained).toBe(true);
  });
});

describe('a connection', () => {
  beforeEach(() => start());

  test('that was given pictures and never connects its media loses them, and may open them anew', async () => {
    const { streamId } = await publishRtp(server, 'P-101');
    const { monitor } = await watch(server);
    const { transport } = await consume(monitor, streamId);
    const claimedAt = server.now;
    await eventually(() => {
      server.advance(300);
      return server.sfu.stats().viewers === 0;
    }, 'its media are closed');
    expect(server.now - claimedAt).toBeGreaterThanOrEqual(CONNECT_WITHIN_MS);
    const again = { transportId: transport.id };
    await expect(monitor.request('transport:restart-ice', again)).rejects.toMatchObject({
      code: 'TRANSPORT_UNKNOWN',
    });
    await consume(monitor, streamId);
    expect(server.telemetry.counts.get('haven_sfu_reaped_total')).toBe(1);
  });

  test('that holds nothing and asks nothing for a minute is ended; one that watches or publishes is not', async () => {
    const idle = server.monitor(clinician());
    await idle.connected();
    const { monitor } = await watch(server);
    const { device } = await publish(server, 'P-101');
    server.advance(IDLE_CONNECTION_MS);
    await seconds(1);
    expect(await idle.hears('session:ended')).toEqual({ code: 'TIMEOUT' });
    await eventually(() => !idle.socket.connected, 'it is closed');
    expect([monitor.socket.connected, device.socket.connected]).toEqual([true, true]);
    expect(server.telemetry.counts.get('haven_reaped_total')).toBe(1);
  });

  test('that floods the server with messages which ask for no answer is cut, which is audited', async () => {
    const { monitor } = await watch(server);
    const other = await watch(server);
    for (let message = 0; message < 2_000; message++) monitor.socket.emit('nonsense');
    await eventually(() => !monitor.socket.connected, 'it is cut');
    await eventually(
      () =>
        server.records.audited.find(({ action, code }) => action === 'message' && code === 'RATE_LIMITED'),
      'it is audited',
    );
    expect(other.monitor.socket.connected).toBe(true);
  });
});

describe('a flood of connections from one address', () => {
  const headers = { ...UPGRADE, 'x-forwarded-for': '192.0.2.1' };
  const connections = () => Number(server.telemetry.gauges.get('haven_signalling_connections')?.());

  /** @returns how often each status came */
  async function flood(attempts: number): Promise<Record<number, number>> {
    const statuses: Record<number, number> = {};
    for (let attempt = 0; attempt < attempts; attempt += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, () => engineRequest(headers, 'websocket'));
      for (const { statusCode = 0 } of await Promise.all(batch)) {
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      }
    }
    return statuses;
  }

  test('is refused while a wall goes on, and leaves nothing behind', async () => {
    await start({ HAVEN_TRUSTED_PROXIES: '127.0.0.0/8' });
    const { monitor } = await watch(server);
    expect(await flood(100)).toEqual({ 101: 10, 429: 90 });
    const before = process.memoryUsage().heapUsed;
    expect(await flood(1000)).toEqual({ 429: 1000 });
    // Not collected yet, each would still be less than a connection that was taken in (some 60 KiB).
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1000 * 32 * 1024);
    await eventually(() => connections() === 1, 'only the wall is connected');
    expect(await monitor.request('session:describe', {})).toBeDefined();
    expect(server.telemetry.counts.get('haven_refusals_total')).toBe(1090);
    const refusals = server.records.audited.filter(({ code }) => code === 'RATE_LIMITED');
    expect(refusals[0]).toMatchObject({ address: '192.0.2.1', action: 'connect' });
  }, 60_000);
});
