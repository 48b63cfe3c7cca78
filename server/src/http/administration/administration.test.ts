/** Administration over HTTP, on a whole server with the embedded store and real media workers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  CV_NAMESPACE,
  cvRequests,
  DEVICE_NAMESPACE,
  devicePageSchema,
  deviceRequests,
  deviceWithTokenSchema,
  errorBodySchema,
  integritySchema,
  keyPageSchema,
  keyWithTokenSchema,
  managedPatientSchema,
  managedRoomSchema,
  managedUserSchema,
  patientPageSchema,
  PROTOCOL_VERSION,
  roomPageSchema,
  sessionSchema,
  userPageSchema,
  userWithPasswordSchema,
  type RequestMap,
} from '@haven/protocol';
import type { z } from 'zod';
import { Haven } from '../../haven.ts';
import { joinStore, type Store } from '../../records/store.ts';
import { testConfig } from '../../records/testing/fixtures.ts';
import { temporaryDirectory } from '../../records/testing/temporary-directory.ts';
import { until } from '../../records/testing/until.ts';
import { TestClient } from '../../testing/test-client.ts';

/** A right that was taken away ends running sessions by then, ms. */
const TAKEN_AWAY_WITHIN_MS = 5000;

let remove: () => Promise<void>;
let haven: Haven;
let store: Store;
let administrator: { id: string; token: string };

beforeAll(async () => {
  const temporary = await temporaryDirectory();
  ({ remove } = temporary);
  const config = testConfig(temporary.path, {
    ...{ PORT: '0', HAVEN_DEMO: '0', HAVEN_CV_WORKERS: '0', HAVEN_MEDIA_WORKERS: '1' },
    ...{ HAVEN_LOG_LEVEL: 'silent', HAVEN_TRUSTED_NETWORKS: '127.0.0.0/8' },
    ...(process.env.MEDIASOUP_WORKER_BIN === undefined
      ? {}
      : { MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN }),
  });
  haven = await Haven.start(config, () => undefined);
  store = await joinStore(config);
  const seeded = haven.newCredentials.find(({ email }) => email.startsWith('administrator'));
  const session = await signIn(seeded?.email ?? '', seeded?.password ?? '');
  administrator = { id: session.user.id, token: session.accessToken };
}, 120_000);
afterAll(async () => {
  await store.close();
  await haven.close();
  await remove();
}, 60_000);

async function signIn(email: string, password: string) {
  const response = await fetch(`${haven.url}/api/v1/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return sessionSchema.parse(await response.json());
}

function send(method: string, path: string, body?: unknown, token = administrator.token): Promise<Response> {
  return fetch(`${haven.url}/api/v1/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
async function ask<T extends z.ZodType>(
  schema: T,
  method: string,
  path: string,
  body?: unknown,
): Promise<z.output<T>> {
  const response = await send(method, path, body);
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return schema.parse(answer);
}
/** The code with which it is refused; `done` when it is not. */
async function code(method: string, path: string, body?: unknown, token?: string): Promise<string> {
  const response = await send(method, path, body, token);
  return response.ok ? 'done' : errorBodySchema.parse(await response.json()).error.code;
}
/** The actions that the trail has of something, in order. */
async function trailOf(subject: string): Promise<string[]> {
  const { data } = await store.service
    .from('audit')
    .select('action')
    .eq('subject', subject)
    .eq('result', 'done')
    .order('sequence');
  return (data ?? []).map(({ action }) => action);
}
const newUser = (email: string, change: object = {}) =>
  ask(userWithPasswordSchema, 'POST', '/users', {
    ...{ email, displayName: 'New', roles: ['clinician'], roomIds: ['ward-a'] },
    ...change,
  });

function deviceClient(token: string) {
  const auth = { protocol: PROTOCOL_VERSION, token };
  return new TestClient(haven.url + DEVICE_NAMESPACE, deviceRequests, { auth });
}
/** Waits for the end of a session. @returns how long it took, ms, and the code */
async function ended(client: Pick<TestClient<RequestMap>, 'hears'>): Promise<{ ms: number; told: unknown }> {
  const startedAt = performance.now();
  const told = await client.hears('session:ended', undefined, 2 * TAKEN_AWAY_WITHIN_MS);
  return { ms: performance.now() - startedAt, told };
}

describe('users', () => {
  test('are made with a password that is shown once and has to be changed first of all', async () => {
    const { user, password } = await newUser('Nina@haven.local', { displayName: 'Nina New' });
    expect(user).toMatchObject({ email: 'nina@haven.local', roles: ['clinician'], lockedUntil: null });
    const session = await signIn(user.email, password);
    expect(session.passwordChangeRequired).toBe(true);
    expect(await code('GET', '/rooms', undefined, session.accessToken)).toBe('PASSWORD_CHANGE_REQUIRED');
    expect(await code('POST', '/users', { ...user, email: 'NINA@haven.local' })).toBe('INVALID_REQUEST');
    const again = { email: 'NINA@haven.local', displayName: 'N', roles: [], roomIds: [] };
    expect(await code('POST', '/users', again)).toBe('ALREADY_EXISTS');
    const elsewhere = { ...again, email: 'x@haven.local', roomIds: ['ward-none'] };
    expect(await code('POST', '/users', elsewhere)).toBe('ROOM_UNKNOWN');
    await until(
      () => trailOf(`user:${user.id}`),
      (trail) => trail.includes('user:add'),
      'the line of the trail',
    );
  }, 30_000);

  test('change as a whole or not at all, and the trail says what changed', async () => {
    const { user } = await newUser('otto@haven.local');
    const path = `/users/${user.id}`;
    const wrong = { displayName: 'Otto Other', roles: ['auditor'], roomIds: ['ward-a', 'ward-none'] };
    expect(await code('PATCH', path, wrong)).toBe('ROOM_UNKNOWN');
    expect((await ask(userPageSchema, 'GET', '/users?search=otto')).items).toEqual([user]);
    const right = { displayName: 'Otto Other', roles: ['observer', 'auditor'], roomIds: [], disabled: true };
    expect(await ask(managedUserSchema, 'PATCH', path, right)).toMatchObject({
      ...{ displayName: 'Otto Other', roles: ['auditor', 'observer'], roomIds: [], disabled: true },
    });
    const changes = ['user:rename', 'user:disable', 'role:remove:clinician', 'role:add:auditor'];
    const trail = [...changes, 'role:add:observer', 'room:unassign:ward-a'];
    const added = ['user:add', 'role:add:clinician', 'room:assign:ward-a'];
    const whole = await until(
      () => trailOf(`user:${user.id}`),
      ({ length }) => length >= added.length + trail.length,
      'the lines of the trail',
    );
    expect(whole).toEqual([...added, ...trail]);
    expect(await code('PATCH', `/users/${randomUUID()}`, right)).toBe('USER_UNKNOWN');
    expect(await code('PATCH', '/users/otto', right)).toBe('INVALID_REQUEST');
  }, 30_000);

  test('who administer do not lock themselves out, nor each other when both try at once', async () => {
    const own = `/users/${administrator.id}`;
    expect(await code('PATCH', own, { disabled: true })).toBe('FORBIDDEN');
    expect(await code('PATCH', own, { roles: ['clinician'] })).toBe('FORBIDDEN');
    const { user } = await newUser('second@haven.local', { roles: ['administrator'] });
    const changes = await Promise.all(
      [user.id, administrator.id].map((id) =>
        store.service.rpc('change_user', { p_user: id, p_change: { removeRoles: ['administrator'] } }),
      ),
    );
    const messages = changes.map(({ error }) => error?.message ?? 'done');
    expect(messages.toSorted()).toEqual(['LAST_ADMINISTRATOR', 'done']);
    const back = { addRoles: ['administrator'] };
    await store.service.rpc('change_user', { p_user: administrator.id, p_change: back });
    await until(
      () => code('GET', '/users'),
      (outcome) => outcome === 'done',
      'the administrator is one again',
    );
  }, 30_000);

  test('get a new password from an administrator, which ends their sessions', async () => {
    const { user, password } = await newUser('petra@haven.local');
    const session = await signIn(user.email, password);
    const reset = await ask(userWithPasswordSchema, 'POST', `/users/${user.id}/reset-password`, {});
    expect(reset.password).not.toBe(password);
    expect(await code('GET', '/rooms', undefined, session.accessToken)).toMatch(/TOKEN_(REVOKED|EXPIRED)/);
    expect((await signIn(user.email, reset.password)).passwordChangeRequired).toBe(true);
  }, 30_000);
});

describe('lists', () => {
  test('are searched and paged, with the number of all that were found', async () => {
    for (const id of ['zone-1', 'zone-2', 'zone-3', 'zone-x']) {
      await ask(managedRoomSchema, 'POST', '/rooms', { id, name: `Zone 100% ${id}` });
    }
    const first = await ask(roomPageSchema, 'GET', '/rooms?search=ZONE&limit=3');
    expect(first).toMatchObject({ total: 4, next: 'zone-3' });
    const second = await ask(roomPageSchema, 'GET', `/rooms?search=ZONE&limit=3&after=${first.next ?? ''}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([
      ...['zone-1', 'zone-2', 'zone-3', 'zone-x'],
    ]);
    expect(second.next).toBeNull();
    // Nothing in a search is a wildcard.
    expect((await ask(roomPageSchema, 'GET', '/rooms?search=1%25%25')).total).toBe(0);
    expect((await ask(roomPageSchema, 'GET', '/rooms?search=100%25')).total).toBe(4);
    expect(await code('GET', '/rooms?limit=0')).toBe('INVALID_REQUEST');
    expect(await code('GET', `/rooms?search=${'x'.repeat(81)}`)).toBe('INVALID_REQUEST');
    for (const [schema, path] of [
      [userPageSchema, '/users'],
      [patientPageSchema, '/patients'],
    ] as const) {
      const page = await ask(schema, 'GET', `${path}?limit=1`);
      const rest = await ask(schema, 'GET', `${path}?after=${page.next ?? ''}`);
      expect(1 + rest.items.length).toBe(page.total);
    }
  });
});

describe('rooms and patients', () => {
  test('are removed only when nothing needs them; the records of a patient stay', async () => {
    const room = await ask(managedRoomSchema, 'POST', '/rooms', { id: 'ward-x', name: 'X' });
    expect(room).toEqual({ id: 'ward-x', name: 'X', patients: 0, users: 0 });
    expect(await code('POST', '/rooms', room)).toBe('INVALID_REQUEST');
    expect(await code('POST', '/rooms', { id: 'ward-x', name: 'X' })).toBe('ALREADY_EXISTS');
    const patient = { id: 'P-900', roomId: 'ward-x', name: 'Xaver Example', bed: '1' };
    await ask(managedPatientSchema, 'POST', '/patients', patient);
    expect(await code('POST', '/patients', { ...patient, id: 'P-901' })).toBe('ALREADY_EXISTS');
    expect(await code('POST', '/patients', { ...patient, id: 'P-902', roomId: 'ward-none' })).toBe(
      'ROOM_UNKNOWN',
    );
    const { device } = await ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId: 'P-900', name: 'Camera' },
    });
    expect(await code('DELETE', '/rooms/ward-x')).toBe('IN_USE');
    expect(await code('DELETE', '/patients/P-900')).toBe('done');
    expect(await code('DELETE', '/patients/P-900')).toBe('PATIENT_UNKNOWN');
    // The records of the removed patient tell of the room.
    expect(await code('DELETE', '/rooms/ward-x')).toBe('IN_USE');
    expect(await code('POST', '/patients', patient)).toBe('ALREADY_EXISTS');
    const { data: kept } = await store.service.from('patients').select('name').eq('id', 'P-900');
    expect(kept).toEqual([{ name: 'Xaver Example' }]);
    const { items } = await ask(devicePageSchema, 'GET', `/devices?search=${device.id}`);
    expect(items[0]?.revokedAt).not.toBeNull();
    expect(await code('POST', '/devices', { patientId: 'P-900', name: 'C' })).toBe('PATIENT_UNKNOWN');
    await ask(managedRoomSchema, 'POST', '/rooms', { id: 'ward-y', name: 'Y' });
    expect(await code('DELETE', '/rooms/ward-y')).toBe('done');
  });

  test('a patient whose stream runs is neither moved nor removed; renaming is possible', async () => {
    const { device, token } = await ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId: 'P-101', name: 'Camera' },
    });
    const client = deviceClient(token);
    await client.connected();
    const start = { requestId: randomUUID(), patientId: 'P-101', source: 'camera' } as const;
    const { streamId } = await client.request('publish:start', start);
    const { items } = await ask(devicePageSchema, 'GET', `/devices?search=${device.id}`);
    expect(items).toEqual([{ ...device, connected: true }]);
    expect(await code('DELETE', '/patients/P-101')).toBe('PATIENT_HAS_STREAM');
    await ask(managedRoomSchema, 'POST', '/rooms', { id: 'ward-m', name: 'M' });
    expect(await code('PATCH', '/patients/P-101', { roomId: 'ward-m' })).toBe('PATIENT_HAS_STREAM');
    expect(await ask(managedPatientSchema, 'PATCH', '/patients/P-101', { name: 'Ada Other' })).toMatchObject({
      ...{ name: 'Ada Other', streaming: 'camera' },
    });
    await client.request('publish:stop', { streamId });
    expect(await ask(managedPatientSchema, 'PATCH', '/patients/P-101', { roomId: 'ward-m' })).toMatchObject({
      ...{ roomId: 'ward-m', streaming: null },
    });
    client.close();
  }, 30_000);
});

describe('tokens', () => {
  test('of a device that is rotated are void at once, and end what runs with them', async () => {
    const { device, token } = await ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId: 'P-102', name: 'Camera' },
    });
    const client = deviceClient(token);
    expect(await client.connected()).toBeUndefined();
    const path = `/devices/${device.id}/rotate`;
    const rotated = await ask(deviceWithTokenSchema, 'POST', path, {});
    const { ms, told } = await ended(client);
    expect(ms).toBeLessThan(TAKEN_AWAY_WITHIN_MS);
    expect(told).toEqual({ code: 'TOKEN_REVOKED' });
    expect(await deviceClient(token).connected()).toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = deviceClient(rotated.token);
    expect(await again.connected()).toBeUndefined();
    again.close();
    expect(await code('DELETE', `/devices/${device.id}`)).toBe('done');
    expect(await code('DELETE', `/devices/${device.id}`)).toBe('ALREADY_DONE');
    expect(await code('POST', path, {})).toBe('ALREADY_DONE');
    expect(await code('POST', `/devices/${randomUUID()}/rotate`, {})).toBe('DEVICE_UNKNOWN');
  }, 30_000);

  test('of CV workers likewise', async () => {
    const { key, token } = await ask(keyWithTokenSchema, 'POST', '/cv-keys', { name: 'Worker' });
    const worker = { name: 'w', capacity: 1 };
    const auth = { protocol: PROTOCOL_VERSION, token, worker };
    const client = new TestClient(haven.url + CV_NAMESPACE, cvRequests, { auth });
    expect(await client.connected()).toBeUndefined();
    await ask(keyWithTokenSchema, 'POST', `/cv-keys/${key.id}/rotate`, {});
    expect((await ended(client)).told).toEqual({ code: 'TOKEN_REVOKED' });
    const { items } = await ask(keyPageSchema, 'GET', '/cv-keys?search=worker');
    expect(items).toEqual([key]);
  }, 30_000);
});

test('the integrity check tells of users without a role', async () => {
  const { user } = await newUser('idle@haven.local', { roles: [] });
  const { problems } = await ask(integritySchema, 'GET', '/integrity');
  expect(problems).toContainEqual({ kind: 'user-without-role', subject: `user:${user.id}` });
});
