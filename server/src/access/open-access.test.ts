import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { HavenError, type Role } from '@haven/protocol';
import { openStore, type Store } from '../records/store.ts';
import { testConfig } from '../records/testing/fixtures.ts';
import { temporaryDirectory } from '../records/testing/temporary-directory.ts';
import { eventually } from '../testing/eventually.ts';
import { QuietTelemetry } from '../testing/quiet-telemetry.ts';
import type { Access } from './access.ts';
import type { AdministrationContext } from './administration/context.ts';
import { addCvKey, revokeCvKey } from './administration/cv-keys.ts';
import { addDevice, revokeDevice } from './administration/devices.ts';
import { addUser, assignRoom, removeRole, setUserDisabled, unassignRoom } from './administration/users.ts';
import { openAccess } from './open-access.ts';

/** What is taken away must have taken effect by then. */
const REVOKED_WITHIN_MS = 3000;
const PASSWORD = 'a password of tests';

let store: Store;
let remove: () => Promise<void>;
let context: AdministrationContext;
let access: Access;
/** Moves the clock of the access; back after each test. */
let ahead = 0;
let users = 0;

beforeAll(async () => {
  const { path, remove: removeDirectory } = await temporaryDirectory();
  remove = removeDirectory;
  store = await openStore(testConfig(path));
  context = { store, actor: 'test', keep: () => Promise.resolve(), clock: Date.now };
  await store.service.from('rooms').insert([
    { id: 'ward-a', name: 'A' },
    { id: 'ward-b', name: 'B' },
  ]);
  await store.service.from('patients').insert({ id: 'P-101', room_id: 'ward-a', name: 'Ada', bed: '1' });
  access = await openAccess({
    store,
    telemetry: new QuietTelemetry(),
    clock: () => Date.now() + ahead,
    sessions: { inactivityMs: null, absoluteMs: 12 * 3_600_000 },
  });
}, 90_000);
afterEach(() => {
  ahead = 0;
});
afterAll(async () => {
  await access.close();
  await store.close();
  await remove();
}, 30_000);

async function newUser(roles: readonly Role[] = ['clinician']): Promise<{ email: string; address: string }> {
  const email = `user-${(users += 1)}@haven.local`;
  await addUser(context, { email, displayName: `User ${users}`, roles, roomIds: ['ward-a'] }, PASSWORD);
  // An address of its own, so that no test uses up another one's attempts.
  return { email, address: `10.0.0.${users}` };
}
async function signedIn(roles?: readonly Role[]) {
  const { email, address } = await newUser(roles);
  const session = await access.signIn(email, PASSWORD, address);
  return { email, address, session, principal: await access.authenticateUser(session.accessToken) };
}
const refusalOf = (run: () => void): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('signing in', () => {
  test('gives a session with the user’s name and roles, which authenticates', async () => {
    const { session, principal } = await signedIn();
    expect(session.user).toMatchObject({ displayName: `User ${users}`, roles: ['clinician'] });
    expect(session.expiresAt).toBeGreaterThan(Date.now());
    expect(principal).toMatchObject({ kind: 'user', userId: session.user.id });
    expect(access.rights(session.user.id)).toEqual({
      roles: new Set(['clinician']),
      roomIds: new Set(['ward-a']),
    });
  });

  test('with a wrong password or an unknown address is refused alike', async () => {
    const { email, address } = await newUser();
    await expect(access.signIn(email, 'wrong', address)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await expect(access.signIn('nobody@haven.local', 'wrong', address)).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    });
  });

  test('is limited for an address, and locks the account, with the time to wait', async () => {
    const { email, address } = await newUser();
    const attempts = Array.from({ length: 12 }, () => access.signIn(email, 'wrong', address));
    const codes = (await Promise.allSettled(attempts)).map((attempt) =>
      attempt.status === 'rejected' ? (attempt.reason as { code: string }).code : 'done',
    );
    expect(codes.filter((code) => code === 'WRONG_PASSWORD')).toHaveLength(10);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(2);
    const elsewhere = access.signIn(email, PASSWORD, '10.9.9.9');
    await expect(elsewhere).rejects.toMatchObject({ code: 'ACCOUNT_LOCKED' });
    const refusal: unknown = await elsewhere.catch((error: unknown) => error);
    expect(refusal instanceof HavenError && refusal.retryAfterMs).toBeGreaterThan(0);
  }, 20_000);

  test('does not count sign-ins that succeed', async () => {
    const { email, address } = await newUser();
    for (let count = 0; count < 12; count++) await access.signIn(email, PASSWORD, address);
  }, 20_000);

  test('is refused to a disabled user', async () => {
    const { email, address } = await newUser();
    await setUserDisabled(context, email, true);
    await expect(access.signIn(email, PASSWORD, address)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is continued by the refresh token, and refused with a foreign one', async () => {
    const { session, address } = await signedIn();
    const next = await access.refresh(session.refreshToken, address);
    expect(next.user.id).toBe(session.user.id);
    await expect(access.refresh('nonsense', address)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });
});

describe('an access token', () => {
  test('that is malformed, unsigned or signed by somebody else is refused', async () => {
    const { session } = await signedIn();
    const [header, payload] = session.accessToken.split('.');
    const claims = { session_id: 's', role: 'authenticated' };
    const foreign = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(session.user.id)
      .setAudience('authenticated')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('another secret of at least 32 bytes'));
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of ['nonsense', `${header}.${payload}.`, `${none}.${payload}.`, foreign]) {
      await expect(access.authenticateUser(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  test('that has ended is told from one that was revoked', async () => {
    const { session, principal } = await signedIn();
    ahead = 2 * 3_600_000;
    await expect(access.authenticateUser(session.accessToken)).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
    expect(refusalOf(() => access.authorize(principal, 'room:watch'))).toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
  });

  test('is worth nothing after signing out, nor is its refresh token', async () => {
    const { session, principal, address } = await signedIn();
    await access.signOut(principal);
    await expect(access.authenticateUser(session.accessToken)).rejects.toMatchObject({
      code: 'TOKEN_REVOKED',
    });
    expect(refusalOf(() => access.authorize(principal, 'room:watch'))).toMatchObject({
      code: 'TOKEN_REVOKED',
    });
    await expect(access.refresh(session.refreshToken, address)).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
  });
});

describe('rights', () => {
  test('follow the matrix of roles and the assignments to rooms', async () => {
    const clinician = (await signedIn(['clinician'])).principal;
    const observer = (await signedIn(['observer'])).principal;
    const auditor = (await signedIn(['auditor'])).principal;
    access.authorize(clinician, 'alert:acknowledge', 'ward-a');
    access.authorize(observer, 'room:watch', 'ward-a');
    expect(refusalOf(() => access.authorize(observer, 'alert:acknowledge', 'ward-a'))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(refusalOf(() => access.authorize(auditor, 'patient:read', 'ward-a'))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(refusalOf(() => access.authorize(clinician, 'room:watch', 'ward-b'))).toMatchObject({
      code: 'ROOM_NOT_ASSIGNED',
    });
    expect(refusalOf(() => access.authorize(clinician, 'stream:publish'))).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('that are taken away or given take effect on running sessions, which are told', async () => {
    const { email, principal } = await signedIn();
    let changes = 0;
    const stop = access.onChange(() => (changes += 1));
    const code = (roomId: string) =>
      (refusalOf(() => access.authorize(principal, 'room:watch', roomId)) as { code?: string } | undefined)
        ?.code;

    await assignRoom(context, email, 'ward-b');
    await eventually(() => code('ward-b') === undefined, 'the room is given', REVOKED_WITHIN_MS);
    await unassignRoom(context, email, 'ward-b');
    await eventually(() => code('ward-b') === 'ROOM_NOT_ASSIGNED', 'the room is taken', REVOKED_WITHIN_MS);
    await removeRole(context, email, 'clinician');
    await eventually(() => code('ward-a') === 'FORBIDDEN', 'the role is taken', REVOKED_WITHIN_MS);
    await setUserDisabled(context, email, true);
    await eventually(() => code('ward-a') === 'TOKEN_REVOKED', 'the user is disabled', REVOKED_WITHIN_MS);
    expect(access.rights(principal.userId)).toEqual({ roles: new Set(), roomIds: new Set() });
    expect(changes).toBeGreaterThanOrEqual(4);
    stop();
  }, 20_000);

  test('hold for a while when they cannot be read, and not for ever', async () => {
    const { principal } = await signedIn();
    ahead = 20 * 60_000;
    access.authorize(principal, 'room:watch', 'ward-a');
    ahead = 40 * 60_000;
    expect(refusalOf(() => access.authorize(principal, 'room:watch', 'ward-a'))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
  });
});

describe('a machine’s token', () => {
  test('of a device is good at once, for its patient only, until it is revoked', async () => {
    const { id, token } = await addDevice(context, 'P-101', 'Camera');
    const device = await access.authenticateDevice(token);
    expect(device).toMatchObject({ kind: 'device', deviceId: id, patientId: 'P-101' });
    access.authorize(device, 'stream:publish', 'ward-a');
    expect(refusalOf(() => access.authorize(device, 'stream:publish', 'ward-b'))).toMatchObject({
      code: 'ROOM_NOT_ASSIGNED',
    });
    expect(refusalOf(() => access.authorize(device, 'room:watch', 'ward-a'))).toMatchObject({
      code: 'FORBIDDEN',
    });

    await revokeDevice(context, id);
    await eventually(
      () => refusalOf(() => access.authorize(device, 'stream:publish')) !== undefined,
      'the device is revoked',
      REVOKED_WITHIN_MS,
    );
    await expect(access.authenticateDevice(token)).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  }, 20_000);

  test('of a CV worker is good for analysing, until it is revoked', async () => {
    const { id, token } = await addCvKey(context, 'Worker');
    const worker = await access.authenticateCvWorker(token);
    expect(worker).toMatchObject({ kind: 'cv-worker', keyId: id });
    access.authorize(worker, 'stream:analyse', 'ward-a');
    expect(refusalOf(() => access.authorize(worker, 'stream:publish'))).toMatchObject({ code: 'FORBIDDEN' });
    await revokeCvKey(context, id);
    await eventually(
      () => refusalOf(() => access.authorize(worker, 'stream:analyse')) !== undefined,
      'the key is revoked',
      REVOKED_WITHIN_MS,
    );
    await expect(access.authenticateCvWorker(token)).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  }, 20_000);

  test('of another kind, changed or invented is refused', async () => {
    const { token } = await addDevice(context, 'P-101', 'Other camera');
    const { session } = await signedIn();
    await expect(access.authenticateCvWorker(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const changed = `${token.slice(0, -5)}AAAAA`;
    for (const wrong of [changed, '', 'hvd_short', session.accessToken]) {
      await expect(access.authenticateDevice(wrong)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  test('is stored as a hash only', async () => {
    const { id, token } = await addDevice(context, 'P-101', 'Third camera');
    const { data } = await store.service.from('devices').select('*').eq('id', id);
    expect(JSON.stringify(data)).not.toContain(token.slice(4));
  });
});
