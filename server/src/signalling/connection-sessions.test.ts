/** What a client can make of one connection that keeps to Socket.IO's protocol, but to no client's habits. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MONITOR_NAMESPACE, PROTOCOL_VERSION } from '@haven/protocol';
import { eventually } from '../testing/eventually.ts';
import { TestServer } from '../testing/test-server.ts';

/** Of a client that asks for more than its one session. */
const AT_ONCE = 20;

let server: TestServer;
const start = async (environment: Record<string, string> = {}) => {
  server = await TestServer.start(environment);
};
afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

const sessions = () =>
  server.signalling.operations.state.limits.find(({ name }) => name === 'connections')?.taken;

/** A connection below Socket.IO's client: one that sends packets as they are given. */
async function rawConnection() {
  const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  socket.addEventListener('message', ({ data }) => heard.push(String(data)));
  await eventually(() => heard.some((packet) => packet.startsWith('0')), 'the connection is open');
  const ofType = (type: string) => heard.filter((packet) => packet.startsWith(type));
  return {
    connect: (token: string, namespace = '/device') =>
      socket.send(`40${namespace},${JSON.stringify({ protocol: PROTOCOL_VERSION, token })}`),
    send: (packet: string) => socket.send(packet),
    let: () => ofType('40').length,
    refused: () => ofType('44'),
    closed: () => socket.readyState === WebSocket.CLOSED,
    close: () => socket.close(),
  };
}

describe('a connection', () => {
  beforeEach(() => start());

  test('that asks to be let in many times at once has one session, and one token is verified', async () => {
    const { token } = server.access.addDevice('P-101');
    const gate = Promise.withResolvers<undefined>();
    const { access } = server;
    const verify = access.authenticateDevice.bind(access);
    const verified = jest.spyOn(access, 'authenticateDevice').mockImplementation(async (credential) => {
      await gate.promise;
      return await verify(credential);
    });
    const connection = await rawConnection();
    for (let time = 0; time < AT_ONCE; time++) connection.connect(token);
    await eventually(() => connection.refused().length === AT_ONCE - 1, 'all but one are refused');
    expect(connection.refused()[0]).toContain('"code":"INVALID_REQUEST"');
    gate.resolve(undefined);
    await eventually(() => connection.let() === 1, 'one is let in');
    expect(sessions()).toBe(1);
    expect(verified).toHaveBeenCalledTimes(1);
    connection.close();
    await eventually(() => sessions() === 0, 'it is counted out');
  });

  test('that is in no namespace any more is no session, and is closed', async () => {
    const { token } = server.access.addDevice('P-101');
    const connection = await rawConnection();
    for (let time = 0; time < AT_ONCE; time++) {
      connection.connect(token);
      connection.send('41/device,');
    }
    await eventually(() => connection.closed(), 'it is closed');
    await eventually(() => sessions() === 0, 'nothing is left of it');
    const proper = await rawConnection();
    proper.connect(token);
    await eventually(() => proper.let() === 1, 'it is let in');
    expect(sessions()).toBe(1);
    proper.send('41/device,');
    await eventually(() => proper.closed() && sessions() === 0, 'it is closed');
  });

  test('that was refused may try again, and may have a session of another namespace', async () => {
    const user = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
    const connection = await rawConnection();
    connection.connect('nobody');
    await eventually(() => connection.refused().length === 1, 'it is refused');
    connection.connect(server.access.addDevice('P-101').token);
    await eventually(() => connection.let() === 1, 'it is let in');
    connection.connect(user.token, MONITOR_NAMESPACE);
    await eventually(() => connection.let() === 2, 'it is let in there too');
    expect(sessions()).toBe(2);
    connection.send('41/device,');
    await eventually(() => sessions() === 1, 'one session has ended');
    expect(connection.closed()).toBe(false);
  });

  test('finds nobody in the main namespace, which asks for no token', async () => {
    const connection = await rawConnection();
    connection.send('40');
    await eventually(() => connection.refused().length === 1, 'it is refused');
    expect(connection.refused()[0]).toContain('"code":"NOT_FOUND"');
    expect(connection.let()).toBe(0);
  });
});

test('a connection gives back the one attempt that it was, however many sessions come of it', async () => {
  await start({ HAVEN_TRUSTED_PROXIES: '127.0.0.0/8', HAVEN_ATTEMPTS_PER_MINUTE: '2' });
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  const device = server.device(server.access.addDevice('P-101').token, { extraHeaders: headers });
  expect(await device.connected()).toBeUndefined();
  const { token } = server.access.addUser({ roles: ['clinician'], rooms: ['ward-a'] });
  const auth = { protocol: PROTOCOL_VERSION, token };
  const wall = device.socket.io.socket(MONITOR_NAMESPACE, { auth });
  await eventually(() => wall.connected, 'the wall is let in');
  expect(sessions()).toBe(2);
  const attempt = async () =>
    (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers })).status;
  expect([await attempt(), await attempt(), await attempt()]).toEqual([200, 200, 429]);
});
