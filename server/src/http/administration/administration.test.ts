/** Administration over HTTP, on a whole server with the embedded store and real media workers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  assignmentSchema,
  devicePageSchema,
  deviceWithTokenSchema,
  integritySchema,
  keyPageSchema,
  keyWithTokenSchema,
  managedPatientSchema,
  managedRoomSchema,
  managedUserSchema,
  patientPageSchema,
  roomPageSchema,
  userPageSchema,
  userWithPasswordSchema,
} from '@haven/protocol';
import { until } from '../../records/testing/until.ts';
import { vp8Parameters } from '../../testing/rtp-parameters.ts';
import { AdministeredServer } from './testing/administered-server.ts';

/** A right that was taken away ends running sessions by then, ms. */
const TAKEN_AWAY_WITHIN_MS = 5000;
/** What is measured of a patient is changed by then, ms. */
const IN_FORCE_WITHIN_MS = 5000;

let server: AdministeredServer;
beforeAll(async () => {
  server = await AdministeredServer.start();
}, 120_000);
afterAll(() => server.close(), 60_000);

describe('users', () => {
  test('are made with a password that is shown once and has to be changed first of all', async () => {
    const { user, password } = await server.newUser('Nina@haven.local', { displayName: 'Nina New' });
    expect(user).toMatchObject({ email: 'nina@haven.local', roles: ['clinician'], lockedUntil: null });
    const session = await server.signIn(user.email, password);
    expect(session.passwordChangeRequired).toBe(true);
    expect(await server.code('POST', '/rooms/search', {}, session.accessToken)).toBe(
      'PASSWORD_CHANGE_REQUIRED',
    );
    expect(await server.code('POST', '/users', { ...user, email: 'NINA@haven.local' })).toBe(
      'INVALID_REQUEST',
    );
    const again = { email: 'NINA@haven.local', displayName: 'N', roles: [], roomIds: [] };
    expect(await server.code('POST', '/users', again)).toBe('ALREADY_EXISTS');
    const elsewhere = { ...again, email: 'x@haven.local', roomIds: ['ward-none'] };
    expect(await server.code('POST', '/users', elsewhere)).toBe('ROOM_UNKNOWN');
    await until(
      () => server.trailOf(`user:${user.id}`),
      (trail) => trail.includes('user:add'),
      'the line of the trail',
    );
  }, 30_000);

  test('change as a whole or not at all, and the trail says what changed', async () => {
    const { user } = await server.newUser('otto@haven.local');
    const path = `/users/${user.id}`;
    const wrong = { displayName: 'Otto Other', roles: ['auditor'], roomIds: ['ward-a', 'ward-none'] };
    expect(await server.code('PATCH', path, wrong)).toBe('ROOM_UNKNOWN');
    expect((await server.ask(userPageSchema, 'POST', '/users/search', { search: 'otto' })).items).toEqual([
      user,
    ]);
    const right = { displayName: 'Otto Other', roles: ['observer', 'auditor'], roomIds: [], disabled: true };
    expect(await server.ask(managedUserSchema, 'PATCH', path, right)).toMatchObject({
      ...{ displayName: 'Otto Other', roles: ['auditor', 'observer'], roomIds: [], disabled: true },
    });
    const changes = ['user:rename', 'user:disable', 'role:remove:clinician', 'role:add:auditor'];
    const trail = [...changes, 'role:add:observer', 'room:unassign:ward-a'];
    const added = ['user:add', 'role:add:clinician', 'room:assign:ward-a'];
    const whole = await until(
      () => server.trailOf(`user:${user.id}`),
      ({ length }) => length >= added.length + trail.length,
      'the lines of the trail',
    );
    expect(whole).toEqual([...added, ...trail]);
    expect(await server.code('PATCH', `/users/${randomUUID()}`, right)).toBe('USER_UNKNOWN');
    expect(await server.code('PATCH', '/users/otto', right)).toBe('INVALID_REQUEST');
  }, 30_000);

  test('who administer do not lock themselves out, nor each other when both try at once', async () => {
    const own = `/users/${server.administratorId}`;
    expect(await server.code('PATCH', own, { disabled: true })).toBe('FORBIDDEN');
    expect(await server.code('PATCH', own, { roles: ['clinician'] })).toBe('FORBIDDEN');
    const { user } = await server.newUser('second@haven.local', { roles: ['administrator'] });
    const changes = await Promise.all(
      [user.id, server.administratorId].map((id) =>
        server.store.service.rpc('change_user', { p_user: id, p_change: { removeRoles: ['administrator'] } }),
      ),
    );
    const messages = changes.map(({ error }) => error?.message ?? 'done');
    expect(messages.toSorted()).toEqual(['LAST_ADMINISTRATOR', 'done']);
    const back = { addRoles: ['administrator'] };
    await server.store.service.rpc('change_user', { p_user: server.administratorId, p_change: back });
    await until(
      () => server.code('POST', '/users/search', {}),
      (outcome) => outcome === 'done',
      'the administrator is one again',
    );
  }, 30_000);

  test('get a new password from an administrator, which ends their sessions', async () => {
    const { user, password } = await server.newUser('petra@haven.local');
    const session = await server.signIn(user.email, password);
    const reset = await server.ask(userWithPasswordSchema, 'POST', `/users/${user.id}/reset-password`, {});
    expect(reset.password).not.toBe(password);
    expect(await server.code('POST', '/rooms/search', {}, session.accessToken)).toMatch(
      /TOKEN_(REVOKED|EXPIRED)/,
    );
    expect((await server.signIn(user.email, reset.password)).passwordChangeRequired).toBe(true);
  }, 30_000);
});

describe('lists', () => {
  test('are searched and paged, with the number of all that were found', async () => {
    for (const id of ['zone-1', 'zone-2', 'zone-3', 'zone-x']) {
      await server.ask(managedRoomSchema, 'POST', '/rooms', { id, name: `Zone 100% ${id}` });
    }
    const first = await server.ask(roomPageSchema, 'POST', '/rooms/search', { search: 'ZONE', limit: 3 });
    expect(first).toMatchObject({ total: 4, next: 'zone-3' });
    const following = { search: 'ZONE', limit: 3, after: first.next };
    const second = await server.ask(roomPageSchema, 'POST', '/rooms/search', following);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([
      ...['zone-1', 'zone-2', 'zone-3', 'zone-x'],
    ]);
    expect(second.next).toBeNull();
    // Nothing in a search is a wildcard.
    expect((await server.ask(roomPageSchema, 'POST', '/rooms/search', { search: '1%%' })).total).toBe(0);
    expect((await server.ask(roomPageSchema, 'POST', '/rooms/search', { search: '100%' })).total).toBe(4);
    expect(await server.code('POST', '/rooms/search', { limit: 0 })).toBe('INVALID_REQUEST');
    expect(await server.code('POST', '/rooms/search', { search: 'x'.repeat(81) })).toBe('INVALID_REQUEST');
    for (const [schema, path] of [
      [userPageSchema, '/users'],
      [patientPageSchema, '/patients'],
    ] as const) {
      const page = await server.ask(schema, 'POST', `${path}/search`, { limit: 1 });
      const rest = await server.ask(schema, 'POST', `${path}/search`, { after: page.next });
      expect(1 + rest.items.length).toBe(page.total);
    }
  });
});

describe('rooms and patients', () => {
  test('are removed only when nothing needs them; the records of a patient stay', async () => {
    const room = await server.ask(managedRoomSchema, 'POST', '/rooms', { id: 'ward-x', name: 'X' });
    expect(room).toEqual({ id: 'ward-x', name: 'X', patients: 0, users: 0 });
    expect(await server.code('POST', '/rooms', room)).toBe('INVALID_REQUEST');
    expect(await server.code('POST', '/rooms', { id: 'ward-x', name: 'X' })).toBe('ALREADY_EXISTS');
    const patient = { id: 'P-900', roomId: 'ward-x', name: 'Xaver Example', bed: '1' };
    await server.ask(managedPatientSchema, 'POST', '/patients', patient);
    expect(await server.code('POST', '/patients', { ...patient, id: 'P-901' })).toBe('ALREADY_EXISTS');
    expect(await server.code('POST', '/patients', { ...patient, id: 'P-902', roomId: 'ward-none' })).toBe(
      'ROOM_UNKNOWN',
    );
    const { device } = await server.ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId: 'P-900', name: 'Camera' },
    });
    expect(await server.code('DELETE', '/rooms/ward-x')).toBe('IN_USE');
    expect(await server.code('DELETE', '/patients/P-900')).toBe('done');
    expect(await server.code('DELETE', '/patients/P-900')).toBe('PATIENT_UNKNOWN');
    // The records of the removed patient tell of the room.
    expect(await server.code('DELETE', '/rooms/ward-x')).toBe('IN_USE');
    expect(await server.code('POST', '/patients', patient)).toBe('ALREADY_EXISTS');
    const { data: kept } = await server.store.service.from('patients').select('name').eq('id', 'P-900');
    expect(kept).toEqual([{ name: 'Xaver Example' }]);
    const { items } = await server.ask(devicePageSchema, 'POST', '/devices/search', { search: device.id });
    expect(items[0]?.revokedAt).not.toBeNull();
    expect(await server.code('POST', '/devices', { patientId: 'P-900', name: 'C' })).toBe('PATIENT_UNKNOWN');
    await server.ask(managedRoomSchema, 'POST', '/rooms', { id: 'ward-y', name: 'Y' });
    expect(await server.code('DELETE', '/rooms/ward-y')).toBe('done');
  });

  test('what is measured of a patient is changed with the patient, audited, and in force within seconds', async () => {
    const patientId = 'P-103';
    const { token } = await server.ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId, name: 'Camera' },
    });
    const worker = server.cvWorker(
      (await server.ask(keyWithTokenSchema, 'POST', '/cv-keys', { name: 'M' })).token,
    );
    await worker.connected();
    const device = server.device(token);
    await device.connected();
    const start = { requestId: randomUUID(), patientId, source: 'camera' } as const;
    const { streamId } = await device.request('publish:start', start);
    await device.request('publish:produce', {
      ...{ requestId: randomUUID(), streamId, rtpParameters: vp8Parameters() },
    });
    expect(await worker.hears('assign')).toMatchObject({ patientId, mode: 'both' });
    const inForce = worker.hears(
      'assign',
      (assignment) => assignmentSchema.parse(assignment).mode === 'presence',
      IN_FORCE_WITHIN_MS,
    );
    const change = { analysisMode: 'presence' };
    const changed = await server.ask(managedPatientSchema, 'PATCH', '/patients/P-103', change);
    expect(changed).toMatchObject({ analysisMode: 'presence', streaming: 'camera' });
    await inForce;
    expect(await server.code('PATCH', '/patients/P-103', { analysisMode: 'some' })).toBe('INVALID_REQUEST');
    device.close();
    worker.close();
    const trail = await until(
      () => server.trailOf('patient:P-103'),
      (actions) => actions.some((action) => action.startsWith('patient:analyse')),
      'the lines of the trail',
    );
    expect(trail).toContain('patient:analyse:presence');
  }, 30_000);

  test('a patient whose stream runs is neither moved nor removed; renaming is possible', async () => {
    const { device, token } = await server.ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId: 'P-101', name: 'Camera' },
    });
    const client = server.device(token);
    await client.connected();
    const start = { requestId: randomUUID(), patientId: 'P-101', source: 'camera' } as const;
    const { streamId } = await client.request('publish:start', start);
    const { items } = await server.ask(devicePageSchema, 'POST', '/devices/search', { search: device.id });
    expect(items).toEqual([{ ...device, connected: true }]);
    expect(await server.code('DELETE', '/patients/P-101')).toBe('PATIENT_HAS_STREAM');
    await server.ask(managedRoomSchema, 'POST', '/rooms', { id: 'ward-m', name: 'M' });
    expect(await server.code('PATCH', '/patients/P-101', { roomId: 'ward-m' })).toBe('PATIENT_HAS_STREAM');
    expect(
      await server.ask(managedPatientSchema, 'PATCH', '/patients/P-101', { name: 'Ada Other' }),
    ).toMatchObject({
      ...{ name: 'Ada Other', streaming: 'camera' },
    });
    await client.request('publish:stop', { streamId });
    expect(
      await server.ask(managedPatientSchema, 'PATCH', '/patients/P-101', { roomId: 'ward-m' }),
    ).toMatchObject({
      ...{ roomId: 'ward-m', streaming: null },
    });
    client.close();
  }, 30_000);
});

describe('tokens', () => {
  test('of a device that is rotated are void at once, and end what runs with them', async () => {
    const { device, token } = await server.ask(deviceWithTokenSchema, 'POST', '/devices', {
      ...{ patientId: 'P-102', name: 'Camera' },
    });
    const client = server.device(token);
    expect(await client.connected()).toBeUndefined();
    const path = `/devices/${device.id}/rotate`;
    const rotated = await server.ask(deviceWithTokenSchema, 'POST', path, {});
    const told = await client.hears('session:ended', undefined, TAKEN_AWAY_WITHIN_MS);
    expect(told).toEqual({ code: 'TOKEN_REVOKED' });
    expect(await server.device(token).connected()).toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = server.device(rotated.token);
    expect(await again.connected()).toBeUndefined();
    again.close();
    expect(await server.code('DELETE', `/devices/${device.id}`)).toBe('done');
    expect(await server.code('DELETE', `/devices/${device.id}`)).toBe('ALREADY_DONE');
    expect(await server.code('POST', path, {})).toBe('ALREADY_DONE');
    expect(await server.code('POST', `/devices/${randomUUID()}/rotate`, {})).toBe('DEVICE_UNKNOWN');
  }, 30_000);

  test('of CV workers likewise', async () => {
    const { key, token } = await server.ask(keyWithTokenSchema, 'POST', '/cv-keys', { name: 'Worker' });
    const client = server.cvWorker(token);
    expect(await client.connected()).toBeUndefined();
    await server.ask(keyWithTokenSchema, 'POST', `/cv-keys/${key.id}/rotate`, {});
    const told = await client.hears('session:ended', undefined, TAKEN_AWAY_WITHIN_MS);
    expect(told).toEqual({ code: 'TOKEN_REVOKED' });
    const { items } = await server.ask(keyPageSchema, 'POST', '/cv-keys/search', { search: 'worker' });
    expect(items).toEqual([key]);
  }, 30_000);
});

test('the integrity check tells of users without a role', async () => {
  const { user } = await server.newUser('idle@haven.local', { roles: [] });
  const { problems } = await server.ask(integritySchema, 'GET', '/integrity');
  expect(problems).toContainEqual({ kind: 'user-without-role', subject: `user:${user.id}` });
});
