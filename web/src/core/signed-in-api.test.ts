import { beforeEach, describe, expect, test } from '@jest/globals';
import { emptySchema, HavenError, type ErrorCode } from '@haven/protocol';
import { aSession } from '../testing/access-fixtures.ts';
import { T0 } from '../testing/fixtures.ts';
import type { Api } from './api.ts';
import { SessionKeeper } from './session-keeper.ts';
import { signInto } from './signed-in-api.ts';

let tokens: (string | undefined)[];
let refuse: (token: string | undefined) => ErrorCode | null;
let keeper: SessionKeeper;
let heard: ErrorCode[];

const api: Api = async (path, schema, request) => {
  await Promise.resolve();
  if (path === '/auth/refresh') return schema.parse(aSession({ accessToken: 'access-2' }));
  tokens.push(request?.token);
  const code = refuse(request?.token);
  if (code !== null) throw new HavenError(code);
  return schema.parse({});
};
const request = () => signInto(api, keeper, ({ code }) => heard.push(code))('/patients', emptySchema);

beforeEach(() => {
  tokens = [];
  heard = [];
  refuse = () => null;
  sessionStorage.setItem('haven.session', JSON.stringify(aSession()));
  keeper = new SessionKeeper(api, sessionStorage, () => T0);
});

describe('a request of the signed-in user', () => {
  test('carries the token', async () => {
    await request();
    expect(tokens).toEqual(['access-1']);
  });

  test('is made once more with a renewed token when the first has ended', async () => {
    refuse = (token) => (token === 'access-1' ? 'TOKEN_EXPIRED' : null);
    await request();
    expect(tokens).toEqual(['access-1', 'access-2']);
    expect(heard).toEqual([]);
  });

  test('is not made a third time', async () => {
    refuse = () => 'TOKEN_EXPIRED';
    await expect(request()).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(tokens).toHaveLength(2);
  });

  test('ends the session here when the server has ended it', async () => {
    refuse = () => 'TOKEN_REVOKED';
    await expect(request()).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
    expect(keeper.state.get()).toMatchObject({ session: null, endedBy: { code: 'TOKEN_REVOKED' } });
  });

  test('tells a refusal to whoever watches over the session, and leaves the session', async () => {
    refuse = () => 'SESSION_LOCKED';
    await expect(request()).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
    expect(heard).toEqual(['SESSION_LOCKED']);
    expect(keeper.state.get().session).not.toBeNull();
  });
});
