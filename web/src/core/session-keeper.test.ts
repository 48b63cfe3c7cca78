import { beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError, type Session } from '@haven/protocol';
import { T0, uuid } from '../testing/fixtures.ts';
import type { Api, ApiRequest } from './api.ts';
import { UnreachableError } from './sentences.ts';
import { SessionKeeper } from './session-keeper.ts';

let now: number;
let calls: { path: string; request: ApiRequest | undefined }[];
let answer: (path: string) => unknown;

beforeEach(() => {
  now = T0;
  calls = [];
  answer = () => aSession();
  sessionStorage.clear();
});

const api: Api = (path, schema, request) => {
  calls.push({ path, request });
  return Promise.resolve().then(() => schema.parse(answer(path)));
};
const keeper = () => new SessionKeeper(api, sessionStorage, () => now);

function aSession(change: Partial<Session> = {}): Session {
  return {
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresAt: T0 + 3_600_000,
    user: { id: uuid(7), displayName: 'Nurse', roles: ['clinician'] },
    passwordChangeRequired: false,
    ...change,
  };
}

async function signedIn(): Promise<SessionKeeper> {
  const kept = keeper();
  await kept.signIn('nurse@example.org', 'secret');
  return kept;
}

describe('SessionKeeper', () => {
  test('keeps a session over a reload of the page', async () => {
    await signedIn();
    expect(keeper().state.get().session?.user.displayName).toBe('Nurse');
  });

  test('takes nothing from a storage that holds something else', () => {
    sessionStorage.setItem('haven.session', '{"accessToken":1}');
    expect(keeper().state.get().session).toBeNull();
    sessionStorage.setItem('haven.session', 'not json');
    expect(keeper().state.get().session).toBeNull();
  });

  test('gives its token as long as that is good, then renews it first', async () => {
    const kept = await signedIn();
    await expect(kept.accessToken()).resolves.toBe('access-1');
    now = T0 + 3_570_000;
    answer = () => aSession({ accessToken: 'access-2', expiresAt: now + 3_600_000 });
    await expect(kept.accessToken()).resolves.toBe('access-2');
    expect(calls.at(-1)).toMatchObject({
      path: '/auth/refresh',
      request: { body: { refreshToken: 'refresh-1' } },
    });
  });

  test('asks once for callers at the same time', async () => {
    const kept = await signedIn();
    await Promise.all([kept.renew(), kept.renew()]);
    expect(calls.filter(({ path }) => path === '/auth/refresh')).toHaveLength(1);
  });

  test('ends, and says why, when the server refuses to renew', async () => {
    const kept = await signedIn();
    answer = () => {
      throw new HavenError('TOKEN_REVOKED');
    };
    await expect(kept.renew()).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
    expect(kept.state.get()).toMatchObject({ session: null, endedBy: { code: 'TOKEN_REVOKED' } });
    expect(sessionStorage).toHaveLength(0);
  });

  test('stays when the server does not answer', async () => {
    const kept = await signedIn();
    answer = () => {
      throw new UnreachableError();
    };
    await expect(kept.renew()).rejects.toBeInstanceOf(UnreachableError);
    expect(kept.state.get().session).not.toBeNull();
  });

  test('signs out here at once, whether or not the server answers', async () => {
    const kept = await signedIn();
    answer = () => {
      throw new UnreachableError();
    };
    await expect(kept.signOut()).rejects.toBeInstanceOf(UnreachableError);
    expect(kept.state.get()).toEqual({ session: null, endedBy: null });
    expect(calls.at(-1)).toMatchObject({ path: '/auth/sign-out', request: { token: 'access-1' } });
    await expect(kept.accessToken()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
