import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { eventually } from '../../testing/eventually.ts';
import { PASSWORD, TestInstallation } from '../testing/installation.ts';
import { AccountRecovery } from './account-recovery.ts';

const MINUTE_MS = 60_000;
const REVOKED_WITHIN_MS = 5000;
const NEXT = 'pelican granite wobble';

let here: TestInstallation;
let recovery: AccountRecovery;
let addresses = 0;
beforeAll(async () => {
  here = await TestInstallation.open();
  recovery = new AccountRecovery(here.store, here.clock);
}, 90_000);
afterEach(() => here.now());
afterAll(() => here.close(), 30_000);

/** Each from an address of its own: it is the account that is tried. */
async function fail(email: string): Promise<HavenError> {
  try {
    await here.access.signIn(email, 'wrong', `10.1.0.${(addresses += 1)}`);
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
  throw new Error('a wrong password was taken');
}
async function failTimes(email: string, times: number): Promise<HavenError[]> {
  return Promise.all(Array.from({ length: times }, () => fail(email)));
}

describe('ten wrong passwords', () => {
  test('lock an account for 15 minutes, for the right password and from anywhere, also after a restart', async () => {
    const user = await here.newUser();
    expect((await failTimes(user.email, 10)).map(({ code }) => code)).toEqual(
      Array(10).fill('WRONG_PASSWORD'),
    );
    await here.restart();
    const refusal = await fail(user.email.toUpperCase());
    expect(refusal.code).toBe('ACCOUNT_LOCKED');
    expect(refusal.retryAfterMs).toBeGreaterThan(14 * MINUTE_MS);
    expect(refusal.retryAfterMs).toBeLessThanOrEqual(15 * MINUTE_MS);
    await expect(here.signIn(user)).rejects.toMatchObject({ code: 'ACCOUNT_LOCKED' });
    here.advance(15 * MINUTE_MS + 1000);
    expect((await here.signIn(user)).session.user.id).toBe(user.userId);
  }, 20_000);

  test('lock an address that nobody has just as well', async () => {
    const codes = (await failTimes('nobody@haven.local', 12)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'WRONG_PASSWORD')).toHaveLength(10);
    expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(2);
    const { data } = await here.store.service.from('sign_in_attempts').select('*');
    expect(JSON.stringify(data)).not.toContain('nobody');
  }, 20_000);

  test('are forgotten after 15 minutes, and by a right one', async () => {
    const user = await here.newUser();
    await failTimes(user.email, 9);
    await here.signIn(user);
    await failTimes(user.email, 9);
    here.advance(16 * MINUTE_MS);
    expect((await failTimes(user.email, 9)).map(({ code }) => code)).toEqual(Array(9).fill('WRONG_PASSWORD'));
    await here.signIn(user);
  }, 20_000);

  test('count for unlocking a session as for signing in', async () => {
    const { principal, address } = await here.signedIn();
    const { accounts } = here.access;
    here.advance(16 * MINUTE_MS);
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(accounts.unlock(principal, 'wrong', `${address}${attempt}`)).rejects.toMatchObject({
        code: 'WRONG_PASSWORD',
      });
    }
    await expect(accounts.unlock(principal, PASSWORD, address)).rejects.toMatchObject({
      code: 'ACCOUNT_LOCKED',
    });
  }, 20_000);

  test('are seen and forgiven by administrators', async () => {
    const user = await here.newUser();
    const free = await here.newUser();
    await failTimes(user.email, 10);
    const locked = await recovery.lockedUntil([free.email, user.email]);
    expect([...locked.keys()]).toEqual([user.email]);
    await recovery.unlock(user.email);
    expect((await recovery.lockedUntil([user.email])).size).toBe(0);
    await here.signIn(user);
  }, 20_000);
});

test('a wrong password takes as long for an address that nobody has as for one that somebody has', async () => {
  const { email, address } = await here.newUser();
  const timeOf = async (of: string) => {
    const startedAt = performance.now();
    await here.access.signIn(of, 'wrong', address).catch(() => undefined);
    return performance.now() - startedAt;
  };
  expect(await timeOf('stranger@haven.local')).toBeGreaterThanOrEqual(300);
  expect(await timeOf(email)).toBeGreaterThanOrEqual(300);
});

describe('a new password', () => {
  test('replaces the old one, ends the other sessions, and lets this one go on', async () => {
    const user = await here.newUser();
    const other = await here.signIn(user);
    const { principal, session } = await here.signIn(user);
    await here.access.accounts.changePassword(principal, { current: PASSWORD, next: NEXT }, user.address);
    expect(here.refusal(other.principal)).toBe('TOKEN_REVOKED');
    expect(here.refusal(principal)).toBeUndefined();
    await here.access.refresh(session.refreshToken, user.address);
    await expect(here.signIn(user)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await here.signIn(user, NEXT);
  }, 20_000);

  test.each([
    ['too short', () => 'Xk3!pq9Z'],
    ['well known', () => 'password1234'],
    ['the own address', (email: string) => email],
    ['a walk over the keyboard', () => 'qwertyuiop123'],
    ['longer than its hash', () => 'Wq8#'.repeat(19)],
    ['the present one', () => PASSWORD],
  ])('is refused when it is %s', async (_what, nextOf) => {
    const { principal, address, email } = await here.signedIn();
    const passwords = { current: PASSWORD, next: nextOf(email) };
    const change = here.access.accounts.changePassword(principal, passwords, address);
    await expect(change).rejects.toMatchObject({ code: 'PASSWORD_WEAK' });
  });

  test('needs the present one, and a session that is not locked', async () => {
    const { principal, address } = await here.signedIn();
    const change = (current: string) =>
      here.access.accounts.changePassword(principal, { current, next: NEXT }, address);
    await expect(change('wrong')).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    here.advance(16 * MINUTE_MS);
    await expect(change(PASSWORD)).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
  });

  test('given by an administrator ends all sessions and has to be changed before anything else', async () => {
    const user = await here.newUser();
    const before = await here.signIn(user);
    await failTimes(user.email, 10);
    const given = await recovery.resetPassword(user.userId);
    await eventually(
      () => here.refusal(before.principal) === 'TOKEN_REVOKED',
      'the session has ended',
      REVOKED_WITHIN_MS,
    );
    await expect(here.signIn(user)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });

    const { principal, session } = await here.signIn(user, given);
    expect(session.passwordChangeRequired).toBe(true);
    expect(here.refusal(principal)).toBe('PASSWORD_CHANGE_REQUIRED');
    expect(here.access.accounts.status(principal)).toMatchObject({
      passwordChangeRequired: true,
      actions: [],
    });
    await here.access.accounts.changePassword(principal, { current: given, next: NEXT }, user.address);
    expect(here.refusal(principal)).toBeUndefined();
    expect((await here.signIn(user, NEXT)).session.passwordChangeRequired).toBe(false);
  }, 20_000);

  test('is given to nobody who is unknown', async () => {
    const reset = recovery.resetPassword('11111111-1111-4111-8111-111111111111');
    await expect(reset).rejects.toMatchObject({ code: 'USER_UNKNOWN' });
  });
});

test('a second factor is offered by no embedded account system', async () => {
  const { principal, address } = await here.signedIn();
  const { accounts } = here.access;
  for (const attempt of [
    accounts.beginSecondFactor(principal),
    accounts.confirmSecondFactor(principal, 'f', '123456'),
    accounts.removeSecondFactor(principal, PASSWORD, address),
  ]) {
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
});
