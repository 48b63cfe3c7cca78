import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { emptySchema } from '@haven/protocol';
import { SessionKeeper } from '../core/session-keeper.ts';
import { aSession, aStatus } from '../testing/access-fixtures.ts';
import { T0 } from '../testing/fixtures.ts';
import { HavenApi } from '../testing/haven-api.ts';
import { SessionWatch } from './session-watch.ts';

let now: number;
let haven: HavenApi;
let keeper: SessionKeeper;
let input: EventTarget;
let watch: SessionWatch;
let close: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  now = T0;
  haven = new HavenApi();
  sessionStorage.setItem('haven.session', JSON.stringify(aSession()));
  keeper = new SessionKeeper(haven.api, sessionStorage, () => now);
  input = new EventTarget();
  watch = new SessionWatch(haven.api, keeper, () => now);
  close = watch.open(input);
});
afterEach(() => {
  close();
  void keeper.signOut();
  jest.useRealTimers();
});

const settle = () => jest.advanceTimersByTimeAsync(0);
const reports = () => haven.callsTo('POST', '/auth/activity').length;

describe('SessionWatch', () => {
  test('reports input at once, and then at most every 30 s', async () => {
    await settle();
    expect(reports()).toBe(1);
    now += 29_000;
    input.dispatchEvent(new Event('keydown'));
    await settle();
    expect(reports()).toBe(1);
    now += 1000;
    input.dispatchEvent(new Event('pointermove'));
    await settle();
    expect(reports()).toBe(2);
  });

  test('asks for the rights without counting as use', async () => {
    await settle();
    now += 60_000;
    haven.status = aStatus({ actions: ['audit:read'] });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(watch.view.get().status?.actions).toEqual(['audit:read']);
    expect(reports()).toBe(1);
  });

  test('a refusal for the lock locks the page at once; input is not reported until it is unlocked', async () => {
    await settle();
    haven.refusals.set('/patients', 'SESSION_LOCKED');
    await expect(watch.request('/patients', emptySchema)).rejects.toMatchObject({ code: 'SESSION_LOCKED' });
    expect(watch.view.get().locked).toBe(true);
    now += 60_000;
    input.dispatchEvent(new Event('pointerdown'));
    await settle();
    expect(reports()).toBe(1);
    await watch.refresh();
    expect(watch.view.get().locked).toBe(false);
    input.dispatchEvent(new Event('pointerdown'));
    await settle();
    expect(reports()).toBe(2);
  });

  test('a password that has to be changed is known to the session', async () => {
    haven.status = aStatus({ passwordChangeRequired: true });
    await watch.refresh();
    expect(keeper.state.get().session?.passwordChangeRequired).toBe(true);
  });

  test('after it was closed it neither asks nor reports', async () => {
    await settle();
    close();
    const asked = haven.calls.length;
    now += 60_000;
    input.dispatchEvent(new Event('keydown'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(haven.calls).toHaveLength(asked);
  });

  test('goes by the server’s clock', async () => {
    haven.status = aStatus({ serverTime: T0 + 5000 });
    await watch.refresh();
    expect(watch.now()).toBe(T0 + 5000);
  });
});
