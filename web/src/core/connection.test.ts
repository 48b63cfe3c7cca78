/** @jest-environment node */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  HavenError,
  MONITOR_NAMESPACE,
  monitorRequests,
  type MonitorRequests,
  type ServerToMonitor,
} from '@haven/protocol';
import { NamespaceServer } from '../testing/monitor-server.ts';
import { until } from '../testing/until.ts';
import { Connection, type Credentials } from './connection.ts';
import { UnreachableError } from './sentences.ts';

let server: NamespaceServer<MonitorRequests>;
const open: { close: () => void }[] = [];

beforeEach(async () => {
  server = await NamespaceServer.start<MonitorRequests>(MONITOR_NAMESPACE, { 'room:leave': () => ({}) });
});

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await server.close();
});

function connect(credentials: Credentials = { token: () => Promise.resolve('good') }, url = server.url) {
  const connection = new Connection<MonitorRequests, ServerToMonitor>({
    url,
    requests: monitorRequests,
    credentials,
  });
  open.push(connection);
  connection.open();
  return connection;
}
const connected = (connection: ReturnType<typeof connect>) =>
  until('the connection', () => connection.status.get().kind === 'connected');

describe('a connection', () => {
  test('sends its token and the protocol version, and carries requests', async () => {
    const connection = connect();
    await connected(connection);
    expect(server.tokens).toEqual(['good']);
    await expect(connection.request('room:leave', {})).resolves.toEqual({});
  });

  test("fails a request with the server's code", async () => {
    server.answers['room:leave'] = () => {
      throw new HavenError('NOT_JOINED');
    };
    const connection = connect();
    await connected(connection);
    await expect(connection.request('room:leave', {})).rejects.toMatchObject({ code: 'NOT_JOINED' });
  });

  test('keeps no request for later while it is not there', async () => {
    const connection = connect();
    await expect(connection.request('room:leave', {})).rejects.toBeInstanceOf(UnreachableError);
    await connected(connection);
    expect(server.requestsOf('room:leave')).toEqual([]);
  });

  test('comes back by itself when the server closes it', async () => {
    const connection = connect();
    await connected(connection);
    server.emit('session:ended', { code: 'SHUTTING_DOWN' });
    for (const socket of server.sockets) socket.disconnect();
    await until('a second handshake', () => server.tokens.length === 2);
    await connected(connection);
  });

  test('comes back by itself after the server died', async () => {
    const connection = connect();
    await connected(connection);
    const { port } = server;
    await server.close();
    await until('the loss', () => connection.status.get().kind === 'connecting');
    server = await NamespaceServer.start<MonitorRequests>(MONITOR_NAMESPACE, {}, port);
    await connected(connection);
  });

  test('takes its session up when the network broke it, and gets what it missed', async () => {
    const connection = connect();
    const heard: unknown[] = [];
    connection.on('room:closed', monitorRequests['room:join'].request, (message) => heard.push(message));
    await connected(connection);
    expect(connection.status.get()).toEqual({ kind: 'connected', resumed: false });
    server.emit('room:closed', { roomId: 'ward-1' });
    await until('the message', () => heard.length === 1);
    server.breakConnections();
    await until('the loss', () => connection.status.get().kind === 'connecting');
    server.emit('room:closed', { roomId: 'ward-2' });
    await connected(connection);
    expect(connection.status.get()).toEqual({ kind: 'connected', resumed: true });
    await until('what was missed', () => heard.length === 2);
  });

  test('takes its session up after a restart of its own', async () => {
    const connection = connect();
    await connected(connection);
    server.emit('heartbeat', { serverTime: 1 });
    await connection.request('room:leave', {});
    connection.restart();
    await until('the loss', () => connection.status.get().kind === 'connecting');
    await connected(connection);
    expect(connection.status.get()).toEqual({ kind: 'connected', resumed: true });
  });

  test('shows the newest token when it comes back', async () => {
    let token = 'first';
    const connection = connect({ token: () => Promise.resolve(token) });
    await connected(connection);
    token = 'second';
    server.breakConnections();
    await until('a second handshake', () => server.tokens.length === 2);
    expect(server.tokens).toEqual(['first', 'second']);
  });

  test('renews an expired token once and goes on', async () => {
    let token = 'old';
    server.admit = (given) => (given === 'old' ? new HavenError('TOKEN_EXPIRED') : null);
    const renew = () => Promise.resolve((token = 'new'));
    const connection = connect({ token: () => Promise.resolve(token), renew });
    await connected(connection);
    expect(server.tokens).toEqual(['old', 'new']);
  });

  test('ends when the renewed token is refused as well', async () => {
    server.admit = () => new HavenError('TOKEN_EXPIRED');
    const token = () => Promise.resolve('old');
    const connection = connect({ token, renew: token });
    await until('the end', () => connection.status.get().kind === 'ended');
    expect(server.tokens).toHaveLength(2);
  });

  test.each(['TOKEN_REVOKED', 'FORBIDDEN', 'PROTOCOL_VERSION'] as const)(
    'does not try again after %s',
    async (code) => {
      server.admit = () => new HavenError(code);
      const connection = connect();
      await until('the end', () => connection.status.get().kind === 'ended');
      expect(connection.status.get()).toMatchObject({ error: { code } });
    },
  );

  test('ends when a running session is ended for good', async () => {
    const connection = connect();
    await connected(connection);
    server.emit('session:ended', { code: 'TOKEN_REVOKED' });
    for (const socket of server.sockets) socket.disconnect();
    await until('the end', () => connection.status.get().kind === 'ended');
  });

  test('waits as long as the server asks, and then connects', async () => {
    server.admit = () => {
      server.admit = () => null;
      return new HavenError('RATE_LIMITED', undefined, { retryAfterMs: 1 });
    };
    await connected(connect());
  });

  test('drops messages that have not their documented form', async () => {
    const connection = connect();
    const heard: unknown[] = [];
    connection.on('room:closed', monitorRequests['room:join'].request, (message) => heard.push(message));
    await connected(connection);
    server.emit('room:closed', { roomId: 7 });
    server.emit('room:closed', { roomId: 'ward-1' });
    await until('a message', () => heard.length > 0);
    expect(heard).toEqual([{ roomId: 'ward-1' }]);
  });
});
