import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { removeRole, setUserDisabled } from '../administration/users.ts';
import { PASSWORD, TestInstallation } from '../testing/installation.ts';
import { eventually } from '../../testing/eventually.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What is taken away must have taken effect by then. */
const REVOKED_WITHIN_MS = 5000;

let here: TestInstallation;
beforeAll(async () => {
  here = await TestInstallation.open();
}, 90_000);
afterEach(() => here.now());
afterAll(() => here.close(), 30_000);

describe('a session that nobody uses', () => {
  test('is locked after 15 minutes: everything is refused, and it is still there', async () => {
    const { principal, session } = await here.signedIn();
    const { locksAt } = here.access.accounts.status(principal);
    expect(locksAt).toBe(here.access.accounts.status(principal).startedAt + 15 * MINUTE_MS);
    here.advance(15 * MINUTE_MS);
    expect(here.refusal(principal)).toBe('SESSION_LOCKED');
    expect(() => here.access.authorize(principal, 'alert:acknowledge')).toThrow(
      expect.objectContaining({ code: 'SESSION_LOCKED' }),
    );
    expect(here.access.accounts.status(principal)).toMatchObject({
      locked: true,
      secondFactor: 'unavailable',
    });
    expect(await here.access.authenticateUser(session.accessToken)).toEqual(principal);
  });

  test('is not unlocked by use, nor by new tokens, but by the password', async () => {
    const { principal, session, address } = await here.signedIn();
    here.advance(16 * MINUTE_MS);
    const { accounts } = here.access;
    await expect(accounts.use(principal)).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
    const renewed = await here.access.refresh(session.refreshToken, address);
    const again = await here.access.authenticateUser(renewed.accessToken);
    expect(here.refusal(again)).toBe('SESSION_LOCKED');

    await expect(accounts.unlock(again, 'wrong', address)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    expect(here.refusal(again)).toBe('SESSION_LOCKED');
    let changes = 0;
    const stop = here.access.onChange(() => (changes += 1));
    await accounts.unlock(again, PASSWORD, address);
    stop();
    expect(here.refusal(again)).toBeUndefined();
    expect(changes).toBeGreaterThan(0);
  });

  test('lasts as long as somebody uses it, each session by itself', async () => {
    const user = await here.newUser();
    const used = await here.signIn(user);
    const left = await here.signIn(user);
    for (let passed = 0; passed < 3; passed++) {
      here.advance(9 * MINUTE_MS);
      expect(await here.access.accounts.use(used.principal)).toMatchObject({ locked: false });
    }
    expect(here.refusal(used.principal)).toBeUndefined();
    expect(here.refusal(left.principal)).toBe('SESSION_LOCKED');
  });

  test('says nothing but the lock only of what would be allowed otherwise', async () => {
    const { principal } = await here.signedIn(['observer']);
    here.advance(16 * MINUTE_MS);
    expect(here.refusal(principal, 'ward-b')).toBe('ROOM_NOT_ASSIGNED');
    expect(() => here.access.authorize(principal, 'alert:acknowledge', 'ward-a')).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });

  test('is locked after a restart as before it, and unlocked on one server is unlocked on all', async () => {
    const { principal, address } = await here.signedIn();
    here.advance(14 * MINUTE_MS);
    await here.restart();
    expect(here.refusal(principal)).toBeUndefined();
    here.advance(2 * MINUTE_MS);
    expect(here.refusal(principal)).toBe('SESSION_LOCKED');
    const other = await here.another();
    await other.accounts.unlock(principal, PASSWORD, address);
    await other.close();
    await eventually(() => here.refusal(principal) === undefined, 'it is unlocked here', REVOKED_WITHIN_MS);
  });
});

describe('a session', () => {
  test('ends after 12 hours, whatever is done', async () => {
    const { principal } = await here.signedIn();
    const { startedAt, endsAt } = here.access.accounts.status(principal);
    expect(endsAt - startedAt).toBe(12 * HOUR_MS);
  });

  test('that has lasted its time is over although it was used, and its refresh token brings nothing back', async () => {
    const access = await here.another({ inactivityMs: null, absoluteMs: 20 * MINUTE_MS });
    const { email, address } = await here.newUser();
    const session = await access.signIn(email, PASSWORD, address);
    const principal = await access.authenticateUser(session.accessToken);
    here.advance(19 * MINUTE_MS);
    expect(await access.accounts.use(principal)).toMatchObject({ locked: false, locksAt: null });
    here.advance(MINUTE_MS);
    expect(() => access.authorize(principal, 'room:watch')).toThrow(
      expect.objectContaining({ code: 'TOKEN_EXPIRED' }),
    );
    await expect(access.authenticateUser(session.accessToken)).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
    await expect(access.accounts.unlock(principal, PASSWORD, address)).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(access.refresh(session.refreshToken, address)).rejects.toMatchObject({
        code: 'TOKEN_EXPIRED',
      });
    }
    await access.close();
  });

  test('that was signed out is over on every server, and no token brings it back', async () => {
    const { principal, session, address } = await here.signedIn();
    const other = await here.another();
    const renewed = await here.access.refresh(session.refreshToken, address);
    await other.signOut(principal);
    await other.close();
    await eventually(() => here.refusal(principal) === 'TOKEN_REVOKED', 'it is over here', REVOKED_WITHIN_MS);
    for (const { accessToken } of [session, renewed]) {
      await expect(here.access.authenticateUser(accessToken)).rejects.toMatchObject({
        code: 'TOKEN_REVOKED',
      });
    }
    await expect(here.access.refresh(renewed.refreshToken, address)).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
    });
  });

  test('is worth nothing when it was not begun here, however well the token is signed', async () => {
    const { email } = await here.newUser();
    const { data } = await here.store.forSignIn().auth.signInWithPassword({ email, password: PASSWORD });
    const token = data.session?.access_token ?? '';
    await expect(here.access.authenticateUser(token)).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
  });

  test('loses its rights while it is locked: a role, then the user', async () => {
    const { principal, email } = await here.signedIn();
    here.advance(16 * MINUTE_MS);
    expect(here.refusal(principal)).toBe('SESSION_LOCKED');
    await removeRole(here.context, email, 'clinician');
    await eventually(() => here.refusal(principal) === 'FORBIDDEN', 'the role', REVOKED_WITHIN_MS);
    await setUserDisabled(here.context, email, true);
    await eventually(() => here.refusal(principal) === 'TOKEN_REVOKED', 'the user', REVOKED_WITHIN_MS);
  }, 15_000);

  test('tells what may be done, and where', async () => {
    const { principal, userId } = await here.signedIn(['device-technician']);
    expect(here.access.accounts.status(principal)).toMatchObject({
      user: { id: userId, roles: ['device-technician'] },
      actions: ['patient:read', 'device:manage', 'operations:read'],
      roomIds: ['ward-a'],
      passwordChangeRequired: false,
      serverTime: expect.any(Number),
    });
  });
});
