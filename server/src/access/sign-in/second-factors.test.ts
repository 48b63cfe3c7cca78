import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hash } from 'bcryptjs';
import { openStore } from '../../records/store.ts';
import { testConfig } from '../../records/testing/fixtures.ts';
import { temporaryDirectory } from '../../records/testing/temporary-directory.ts';
import { HostedSupabase } from '../testing/hosted-supabase.ts';
import { PASSWORD, TestInstallation, type SignedIn } from '../testing/installation.ts';
import { totpOf } from '../testing/totp.ts';

const MINUTE_MS = 60_000;

let supabase: HostedSupabase;
let here: TestInstallation;
const removals: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const [theirs, ours] = [await temporaryDirectory(), await temporaryDirectory()];
  removals.push(theirs.remove, ours.remove);
  supabase = await HostedSupabase.start(theirs.path);
  here = await TestInstallation.open(() =>
    openStore(
      testConfig(ours.path, {
        HAVEN_DEMO: '0',
        SUPABASE_URL: supabase.url,
        SUPABASE_PUBLISHABLE_KEY: supabase.secrets.publishableKey,
        SUPABASE_SECRET_KEY: supabase.secrets.secretKey,
        SUPABASE_JWT_SECRET: supabase.secrets.jwt,
      }),
    ),
  );
}, 90_000);
afterAll(async () => {
  await here.close();
  await supabase.close();
  for (const remove of removals) await remove();
}, 30_000);

async function withSecondFactor(): Promise<SignedIn & { secret: string }> {
  const user = await here.signedIn();
  const { factorId, secret } = await here.access.accounts.beginSecondFactor(user.principal);
  const code = totpOf(secret, Date.now());
  const session = await here.access.accounts.confirmSecondFactor(user.principal, factorId, code);
  return { ...user, session, principal: await here.access.authenticateUser(session.accessToken), secret };
}
const signIn = ({ email, address }: SignedIn, code?: string) =>
  here.access.signIn(email, PASSWORD, address, code);

describe('with an account system that offers it, a second factor', () => {
  test('counts from its first right code on, which gives new tokens and ends the other sessions', async () => {
    const user = await here.newUser();
    const other = await here.signIn(user);
    const { principal } = await here.signIn(user);
    const { accounts } = here.access;
    expect(accounts.status(principal).secondFactor).toBe('off');
    const begun = await accounts.beginSecondFactor(principal);
    expect(begun.uri).toMatch(/^otpauth:\/\/totp\//);
    await expect(accounts.confirmSecondFactor(principal, begun.factorId, '000000')).rejects.toMatchObject({
      code: 'WRONG_CODE',
    });
    await here.signIn(user);
    const code = totpOf(begun.secret, Date.now());
    const session = await accounts.confirmSecondFactor(principal, begun.factorId, code);
    const renewed = await here.access.authenticateUser(session.accessToken);
    expect(accounts.status(renewed).secondFactor).toBe('on');
    expect(here.refusal(renewed)).toBeUndefined();
    expect(here.refusal(other.principal)).toBe('TOKEN_REVOKED');
    await expect(accounts.beginSecondFactor(renewed)).rejects.toMatchObject({ code: 'ALREADY_DONE' });
  }, 20_000);

  test('is asked for when signing in, and without it there is no session', async () => {
    const user = await withSecondFactor();
    await expect(signIn(user)).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    await expect(signIn(user, '000000')).rejects.toMatchObject({ code: 'WRONG_CODE' });
    const session = await signIn(user, totpOf(user.secret, Date.now()));
    const principal = await here.access.authenticateUser(session.accessToken);
    expect(here.access.accounts.status(principal).secondFactor).toBe('on');
    await here.access.refresh(session.refreshToken, user.address);
  }, 20_000);

  test('cannot be guessed: wrong codes lock the account, and a right password does not start them anew', async () => {
    const user = await withSecondFactor();
    const guess = (number: number, code?: string) =>
      here.access.signIn(user.email, PASSWORD, `10.3.0.${number}`, code).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      );
    for (let number = 0; number < 10; number++) {
      expect(await guess(number)).toBe('SECOND_FACTOR_REQUIRED');
      expect(await guess(number, '000000')).toBe('WRONG_CODE');
    }
    expect(await guess(11, totpOf(user.secret, Date.now()))).toBe('ACCOUNT_LOCKED');
  }, 30_000);

  test('is not asked for to unlock, and is removed with the password', async () => {
    const user = await withSecondFactor();
    const { accounts } = here.access;
    here.advance(16 * MINUTE_MS);
    expect(here.refusal(user.principal)).toBe('SESSION_LOCKED');
    await accounts.unlock(user.principal, PASSWORD, user.address);
    here.now();
    const removal = (password: string) => accounts.removeSecondFactor(user.principal, password, user.address);
    await expect(removal('wrong')).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await removal(PASSWORD);
    expect(accounts.status(user.principal).secondFactor).toBe('off');
    await signIn(user);
  }, 20_000);

  test('does not keep users from changing their password', async () => {
    const user = await withSecondFactor();
    const passwords = { current: PASSWORD, next: 'pelican granite wobble' };
    await here.access.accounts.changePassword(user.principal, passwords, user.address);
    await expect(signIn(user)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
  }, 20_000);
});

test('a hash of another kind than the account system’s is never written', async () => {
  const { userId } = await here.newUser();
  const set = (p_hash: string) =>
    here.store.service.rpc('set_account_password', { p_user_id: userId, p_hash });
  expect((await set('plain text')).error).not.toBeNull();
  expect((await set(await hash('a password of tests', 4))).data).toBe(1);
});
