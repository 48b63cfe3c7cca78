import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  breakGlassRoomsSchema,
  breakGlassSchema,
  ownBreakGlassSchema,
  sessionSchema,
  sessionStatusSchema,
} from '@haven/protocol';
import { PASSWORD, TestInstallation, type TestUser } from '../access/testing/installation.ts';
import { readConfig } from '../config/config.ts';
import { OpenTelemetry } from '../telemetry/open-telemetry.ts';
import { memoryLimits } from '../testing/memory-limits.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { NO_AUDIT_READS } from '../testing/no-audit-reads.ts';
import { HttpApp } from './app.ts';

const MINUTE_MS = 60_000;
const ROOMS = [
  { id: 'ward-a', name: 'A' },
  { id: 'ward-b', name: 'B' },
];

let here: TestInstallation;
let server: Server;
let url: string;
const records = new MemoryRecords(ROOMS, []);

beforeAll(async () => {
  here = await TestInstallation.open();
  const config = readConfig({ HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8' });
  const telemetry = new OpenTelemetry({ service: 'haven-test', logLevel: 'silent' });
  const app = new HttpApp({ config, telemetry, clock: here.clock, readiness: () => 'ready' });
  const { access } = here;
  const limits = await memoryLimits();
  app.serve({ access, audit: NO_AUDIT_READS, records, limits, metricsToken: 'm', probes: {} });
  server = createServer(app.express);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
}, 90_000);
afterEach(() => {
  here.now();
  records.audited.length = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await here.close();
}, 30_000);

async function ask(method: string, path: string, token?: string, body?: unknown) {
  const response = await fetch(url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
const refused = (status: number, code: string) => ({
  status,
  body: { error: expect.objectContaining({ code }) },
});
async function signIn({ email }: TestUser, password = PASSWORD) {
  return sessionSchema.parse((await ask('POST', '/auth/sign-in', undefined, { email, password })).body);
}
const line = (action: string) => records.audited.find((entry) => entry.action === action);

describe('signing in over HTTP', () => {
  test('is audited with the user; refused, with the account that was tried, and never with what was typed', async () => {
    const user = await here.newUser();
    await signIn(user);
    expect(line('sign-in')).toMatchObject({ actor: `user:${user.userId}`, result: 'done' });
    records.audited.length = 0;
    const wrong = { email: user.email, password: 'wrong' };
    expect(await ask('POST', '/auth/sign-in', undefined, wrong)).toMatchObject(
      refused(401, 'WRONG_PASSWORD'),
    );
    expect(line('sign-in')).toMatchObject({
      actor: 'anonymous',
      subject: `user:${user.userId}`,
      result: 'refused',
      code: 'WRONG_PASSWORD',
    });
    records.audited.length = 0;
    await ask('POST', '/auth/sign-in', undefined, { email: 'secret-word@haven.local', password: 'x' });
    expect(line('sign-in')).toMatchObject({ actor: 'anonymous', subject: 'session' });
    expect(JSON.stringify(records.audited)).not.toContain('secret-word');
  });

  test.each([
    ['POST', '/auth/sign-in', { email: 'no address', password: 'x' }],
    ['POST', '/auth/sign-in', { email: 'a@b.example', password: 'x', code: '12345' }],
    ['POST', '/auth/unlock', {}],
    ['POST', '/auth/password', { current: 'x' }],
    ['POST', '/auth/second-factor/confirm', { factorId: 'f', code: 'abcdef' }],
    ['POST', '/break-glass', { roomId: 'ward-b', reason: 'too short', minutes: 10 }],
    ['POST', '/break-glass', { roomId: 'ward-b', reason: 'long enough a reason', minutes: 61 }],
    ['DELETE', '/break-glass/not-an-id', undefined],
  ])('answers a malformed %s %s with INVALID_REQUEST', async (method, path, body) => {
    const { accessToken } = await signIn(await here.newUser());
    expect(await ask(method, path, accessToken, body)).toMatchObject(refused(400, 'INVALID_REQUEST'));
  });
});

describe('a session over HTTP', () => {
  test('tells its state, is used, locks, is unlocked and ends', async () => {
    const user = await here.newUser();
    const { accessToken: token, refreshToken } = await signIn(user);
    const before = sessionStatusSchema.parse((await ask('GET', '/auth/status', token)).body);
    here.advance(10 * MINUTE_MS);
    const used = sessionStatusSchema.parse((await ask('POST', '/auth/activity', token, {})).body);
    expect((used.locksAt ?? 0) - (before.locksAt ?? 0)).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    here.advance(15 * MINUTE_MS + 1000);
    expect(await ask('POST', '/auth/activity', token, {})).toMatchObject(refused(423, 'SESSION_LOCKED'));
    expect(await ask('GET', '/patients', token)).toMatchObject(refused(423, 'SESSION_LOCKED'));
    expect((await ask('GET', '/auth/status', token)).body).toMatchObject({ locked: true });
    expect(await ask('POST', '/auth/unlock', token, { password: 'wrong' })).toMatchObject(
      refused(401, 'WRONG_PASSWORD'),
    );
    expect((await ask('POST', '/auth/unlock', token, { password: PASSWORD })).status).toBe(204);
    expect((await ask('GET', '/patients', token)).status).toBe(200);
    expect((await ask('POST', '/auth/sign-out', token)).status).toBe(204);
    expect(await ask('GET', '/auth/status', token)).toMatchObject(refused(401, 'TOKEN_REVOKED'));
    expect(await ask('POST', '/auth/refresh', undefined, { refreshToken })).toMatchObject(
      refused(401, 'TOKEN_EXPIRED'),
    );
    for (const action of ['session:unlock', 'sign-out']) {
      expect(line(action)).toMatchObject({ actor: `user:${user.userId}` });
    }
  });

  test('changes the password: a weak one is refused with what to do', async () => {
    const user = await here.newUser();
    const { accessToken: token } = await signIn(user);
    const change = (next: string) => ask('POST', '/auth/password', token, { current: PASSWORD, next });
    expect(await change('password1234')).toMatchObject(refused(400, 'PASSWORD_WEAK'));
    expect((await change('pelican granite wobble')).status).toBe(204);
    await signIn(user, 'pelican granite wobble');
    expect(JSON.stringify(records.audited)).not.toMatch(/pelican|password1234/);
    expect(await ask('POST', '/auth/second-factor', token)).toMatchObject(refused(404, 'NOT_FOUND'));
  });
});

describe('emergency access over HTTP', () => {
  test('is asked for by a clinician, seen, and ended, each step in the audit trail', async () => {
    const user = await here.newUser();
    const { accessToken: token } = await signIn(user);
    const { rooms } = breakGlassRoomsSchema.parse((await ask('GET', '/break-glass/rooms', token)).body);
    expect(rooms).toEqual(ROOMS);
    const asked = { roomId: 'ward-b', reason: 'Cardiac arrest', minutes: 5 };
    const started = breakGlassSchema.parse((await ask('POST', '/break-glass', token, asked)).body);
    const { running } = ownBreakGlassSchema.parse((await ask('GET', '/break-glass', token)).body);
    expect(running).toEqual([started]);
    expect((await ask('GET', '/auth/status', token)).body).toMatchObject({ roomIds: ['ward-a', 'ward-b'] });
    expect((await ask('DELETE', `/break-glass/${started.id}`, token)).status).toBe(204);
    expect((await ask('GET', '/auth/status', token)).body).toMatchObject({ roomIds: ['ward-a'] });
    const actor = `user:${user.userId}`;
    expect(line('break-glass:start')).toMatchObject({
      ...{ actor, subject: 'room:ward-b', reason: 'Cardiac arrest', result: 'done' },
    });
    expect(line('break-glass:end')).toMatchObject({ actor, subject: `break-glass:${started.id}` });
  });

  test('is refused to other roles, to unknown rooms and without a session, which is audited', async () => {
    const { accessToken: observer } = await signIn(await here.newUser(['observer']));
    const { accessToken: clinician } = await signIn(await here.newUser());
    const asked = { roomId: 'ward-b', reason: 'Cardiac arrest', minutes: 5 };
    expect(await ask('POST', '/break-glass', observer, asked)).toMatchObject(refused(403, 'FORBIDDEN'));
    expect(await ask('POST', '/break-glass', undefined, asked)).toMatchObject(
      refused(401, 'UNAUTHENTICATED'),
    );
    expect(await ask('POST', '/break-glass', clinician, { ...asked, roomId: 'ward-z' })).toMatchObject(
      refused(404, 'ROOM_UNKNOWN'),
    );
    const codes = records.audited.filter(({ result }) => result === 'refused').map(({ code }) => code);
    expect(codes).toEqual(['FORBIDDEN', 'UNAUTHENTICATED', 'ROOM_UNKNOWN']);
  });
});
