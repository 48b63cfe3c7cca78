import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError, type Assignment } from '@haven/protocol';
import { pino } from 'pino';
import { eventually } from '../tap/testing/eventually.ts';
import { CvClient } from './client.ts';
import { CvServer, TEST_KEY } from './testing/cv-server.ts';

let server: CvServer;
let client: CvClient;
let events: string[];
let assigned: Assignment[];

function createClient(key = TEST_KEY): CvClient {
  const logger = pino({ level: 'silent' });
  const created = new CvClient({
    url: server.url,
    key,
    name: 'w1',
    capacity: 4,
    certificateAuthority: undefined,
    logger,
  });
  created.on('connected', () => events.push('connected'));
  created.on('disconnected', () => events.push('disconnected'));
  created.on('refused', ({ code }) => events.push(code));
  created.on('assign', (assignment) => assigned.push(assignment));
  return created;
}

beforeEach(async () => {
  events = [];
  assigned = [];
  server = await CvServer.start();
  client = createClient();
});
afterEach(async () => {
  client.close();
  await server.close();
});

describe('the connection to the server', () => {
  test('signs in and hears of assignments', async () => {
    client.connect();
    await eventually(() => events.includes('connected'));
    const assignment = server.assign();
    await eventually(() => assigned.length === 1);
    expect(assigned).toEqual([assignment]);
  });

  test('gives a request’s answer, or the server’s error with its code', async () => {
    client.connect();
    await eventually(() => events.includes('connected'));
    server.taps = () => Promise.resolve({});
    await expect(
      client.request('tap:resume', { assignmentId: server.assign().assignmentId }),
    ).resolves.toEqual({});
    server.taps = () => Promise.reject(new HavenError('STALE_EPOCH'));
    const refused = client.request('tap:resume', { assignmentId: server.assign().assignmentId });
    await expect(refused).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  });

  test('does not believe an answer without the documented form', async () => {
    client.connect();
    await eventually(() => events.includes('connected'));
    server.taps = () => Promise.resolve({ payloadType: 'many' });
    const { assignmentId } = server.assign();
    const opening = client.request('tap:open', { assignmentId, epoch: 1, ip: '127.0.0.1', rtpPort: 22_000 });
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test('fails requests at once while there is no connection', async () => {
    const request = client.request('tap:resume', { assignmentId: 'x' });
    await expect(request).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('fails a request whose answer is cut off', async () => {
    client.connect();
    await eventually(() => events.includes('connected'));
    server.taps = () => new Promise(() => undefined);
    const request = client.request('tap:resume', { assignmentId: server.assign().assignmentId });
    setTimeout(() => server.cut(), 50);
    await expect(request).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test.each(['cut', 'endSessions'] as const)(
    'comes back by itself after the server did %s',
    async (how) => {
      client.connect();
      await eventually(() => events.length === 1);
      server[how]();
      await eventually(() => events.length === 3);
      expect(events).toEqual(['connected', 'disconnected', 'connected']);
    },
    15_000,
  );

  test('tells of a refusal with its code, and gets in once that ends', async () => {
    server.refusal = new HavenError('STORAGE_UNAVAILABLE', undefined, { retryAfterMs: 100 });
    client.connect();
    await eventually(() => events.length >= 2);
    expect(new Set(events)).toEqual(new Set(['STORAGE_UNAVAILABLE']));
    server.refusal = null;
    await eventually(() => events.includes('connected'));
  });

  test('is refused with a wrong key', async () => {
    client = createClient('a wrong key');
    client.connect();
    await eventually(() => events.length > 0);
    expect(events).toEqual(['UNAUTHENTICATED']);
  });
});
