import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreCalls, StoreRefusedError, StoreUnreachableError, type StoreAnswer } from './store-calls.ts';

/** Calls a store that behaves as it is told, and notes when it was called, ms since the test began. */
class Store {
  readonly calledAt: number[] = [];
  answers: () => Promise<StoreAnswer<string>> = () => Promise.resolve({ data: 'rows', error: null });
  readonly #begin = Date.now();

  readonly call = (): Promise<StoreAnswer<string>> => {
    this.calledAt.push(Date.now() - this.#begin);
    return this.answers();
  };
  fail(code = 'PGRST000'): void {
    this.answers = () => Promise.resolve({ data: null, error: { code, message: 'away' } });
  }
  recover(): void {
    this.answers = () => Promise.resolve({ data: 'rows', error: null });
  }
}

/** What became of a promise after this long. */
async function after<T>(ms: number, promise: Promise<T>): Promise<T | Error> {
  const outcome = promise.catch((error: unknown) => error as Error);
  await jest.advanceTimersByTimeAsync(ms);
  return outcome;
}

let store: Store;
let calls: StoreCalls;
beforeEach(() => {
  jest.useFakeTimers();
  store = new Store();
  calls = new StoreCalls();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Five failures in a row: a call with its three retries, and another one. */
async function openCircuit(): Promise<void> {
  store.fail();
  await after(1000, calls.make(store.call));
  await after(1000, calls.make(store.call));
  expect(calls.open).toBe(true);
}

describe('a call to the store', () => {
  test('is made again after 100, 200 and 400 ms, and then given up', async () => {
    store.fail();
    expect(await after(700, calls.make(store.call))).toBeInstanceOf(StoreUnreachableError);
    expect(store.calledAt).toEqual([0, 100, 300, 700]);
  });

  test('succeeds when the store is back in time', async () => {
    store.fail();
    const call = calls.make(store.call);
    await jest.advanceTimersByTimeAsync(250);
    store.recover();
    expect(await after(50, call)).toBe('rows');
  });

  test('is taken for failed after 5 s without an answer', async () => {
    store.answers = () => new Promise(() => undefined);
    const call = calls.make(store.call);
    const outcome = after(0, call);
    await jest.advanceTimersByTimeAsync(4999);
    expect(store.calledAt).toEqual([0]);
    await jest.advanceTimersByTimeAsync(101);
    expect(store.calledAt).toEqual([0, 5100]);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await outcome).toBeInstanceOf(StoreUnreachableError);
  });

  test('is not repeated when the store refuses the data, and does not count against the store', async () => {
    store.fail('23514');
    for (let time = 0; time < 6; time++) {
      expect(await after(0, calls.make(store.call))).toBeInstanceOf(StoreRefusedError);
    }
    expect(store.calledAt).toHaveLength(6);
    expect(calls.open).toBe(false);
  });
});

describe('the circuit', () => {
  test('opens with the fifth failure in a row: the store is left alone', async () => {
    await openCircuit();
    expect(store.calledAt).toHaveLength(5);
    expect(await after(0, calls.make(store.call))).toBeInstanceOf(StoreUnreachableError);
    expect(store.calledAt).toHaveLength(5);
  });

  test('tells a caller who waits at once, and when to come again', async () => {
    await openCircuit();
    const openFor = Date.now();
    await jest.advanceTimersByTimeAsync(10_000);
    const refusal = await after(0, calls.read(store.call));
    expect(refusal).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    const { retryAfterMs = 0 } = refusal as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThan(18_000);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
    expect(Date.now() - openFor).toBe(10_000);
  });

  test('lets one call through after 30 s, and closes when it succeeds', async () => {
    await openCircuit();
    store.recover();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await after(0, calls.make(store.call))).toBe('rows');
    expect(calls.open).toBe(false);
  });

  test('stays open for another 30 s when that call fails', async () => {
    await openCircuit();
    await jest.advanceTimersByTimeAsync(30_000);
    const made = store.calledAt.length;
    expect(await after(1000, calls.make(store.call))).toBeInstanceOf(StoreUnreachableError);
    expect(store.calledAt).toHaveLength(made + 1);
    expect(calls.open).toBe(true);
  });
});
