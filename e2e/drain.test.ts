/** A whole server is taken out of service and back, by an administrator and by the signal of a service manager. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operationsStateSchema, serverLoadSchema, type ServerLoad } from '@haven/protocol';
import { HavenServer } from './support/haven-server.ts';
import { MonitorClient } from './support/monitor-client.ts';
import { until } from './support/process.ts';

let server: HavenServer;
let viewer: MonitorClient;
let administrator: string;
const loads: ServerLoad[] = [];

beforeAll(async () => {
  server = await HavenServer.start({ HAVEN_CV_WORKERS: '0', HAVEN_DRAIN_SECONDS: '60' });
  administrator = (await server.signIn(server.administrator)).accessToken;
  viewer = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
  viewer.socket.on('server:load', (load) => loads.push(serverLoadSchema.parse(load)));
}, 120_000);
afterAll(async () => {
  viewer.close();
  await server.stop();
});

const drain = async (method: 'POST' | 'DELETE', body?: object) => {
  const response = await fetch(`${server.url}/api/v1/operations/drain`, {
    method,
    headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return operationsStateSchema.parse(await response.json());
};
const ready = async () => (await fetch(`${server.url}/readyz`)).status;
const newcomer = async () => MonitorClient.join(server.url, (await server.signIn()).accessToken);

describe('a drain', () => {
  test('sends newcomers away and nobody who is there, until an administrator takes it back', async () => {
    const { load, limits } = await drain('POST', { seconds: 600 });
    expect(load.drainingUntil).toBeGreaterThan(Date.now() + 590_000);
    expect(limits.find(({ name }) => name === 'viewers')).toMatchObject({ taken: 1, limit: 200 });
    expect(await ready()).toBe(503);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    await expect(newcomer()).rejects.toMatchObject({ message: 'DRAINING' });
    await until('the wall to know', 5_000, () => loads.at(-1)?.drainingUntil === load.drainingUntil);

    expect((await drain('DELETE')).load.drainingUntil).toBeNull();
    await until('the wall to know', 5_000, () => loads.at(-1)?.drainingUntil === null);
    expect(await ready()).toBe(200);
    (await newcomer()).close();
    expect(viewer.socket.connected).toBe(true);
  }, 30_000);

  test('is begun, seen and taken back at the terminal as well', async () => {
    expect(await server.admin('drain', '--seconds', '600')).toMatch(/^draining until\t20\d\d-/m);
    expect(await ready()).toBe(503);
    expect(await server.admin('undrain')).toMatch(/^draining until\t-$/m);
    expect(await server.admin('load')).toMatch(/^viewers\t1\t200$/m);
    expect(await server.admin('overload-reset')).toMatch(/^overloaded\tno$/m);
    await expect(server.admin('undrain')).rejects.toThrow('The server is not being drained.');
    await expect(server.admin('drain', '--seconds', '-1')).rejects.toThrow('from 0 to 3600');
    expect(await ready()).toBe(200);
  }, 60_000);

  test('by SIGTERM waits for those who are there, and stops when they have left', async () => {
    server.program.process.kill('SIGTERM');
    await until('the drain to begin', 5_000, async () => (await ready()) === 503);
    await expect(newcomer()).rejects.toMatchObject({ message: 'DRAINING' });
    expect(await viewer.request('session:describe', {})).toBeDefined();
    viewer.close();
    expect((await server.program.ended).code).toBe(0);
  }, 45_000);

  test('by SIGTERM does not keep whoever asks twice waiting', async () => {
    await server.run('0');
    viewer = await MonitorClient.join(server.url, (await server.signIn()).accessToken);
    server.program.process.kill('SIGTERM');
    await until('the drain to begin', 5_000, async () => (await ready()) === 503);
    server.program.process.kill('SIGTERM');
    expect((await server.program.ended).code).toBe(0);
  }, 90_000);
});
