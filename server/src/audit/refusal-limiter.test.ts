import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditEntry } from '../records/records.ts';
import { RefusalLimiter } from './refusal-limiter.ts';

const MINUTE_MS = 60_000;

let written: AuditEntry[];
let now: number;
let limiter: RefusalLimiter;
beforeEach(() => {
  written = [];
  now = 1_000_000;
  limiter = new RefusalLimiter(
    (entry) => {
      written.push({ ...entry });
      return Promise.resolve();
    },
    () => now,
  );
});

const refusal = (subject: string, change: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: 'anonymous',
  action: 'connect',
  subject,
  result: 'refused',
  code: 'UNAUTHENTICATED',
  address: '192.0.2.1',
  at: now,
  ...change,
});

describe('refusals', () => {
  test('of one kind take two lines a minute: the first, and how many more there were', async () => {
    for (let times = 0; times < 500; times++) await limiter.add(refusal('server'));
    expect(written).toEqual([refusal('server')]);
    now += MINUTE_MS;
    await limiter.flush();
    expect(written.slice(1)).toEqual([{ ...refusal('server', { count: 499 }), at: 1_000_000 }]);
    await limiter.add(refusal('server'));
    expect(written).toHaveLength(3);
  });

  test('of one source that tries everything take a bounded number of lines', async () => {
    for (let number = 0; number < 10_000; number++) await limiter.add(refusal(`patient:P-${number}`));
    await limiter.flush(true);
    expect(written.length).toBeLessThan(50);
    expect(written.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(10_000);
  });

  test('of more sources than anybody has take a bounded number of lines', async () => {
    for (let number = 0; number < 10_000; number++) {
      await limiter.add(refusal('server', { address: `2001:db8::${number.toString(16)}` }));
    }
    await limiter.flush(true);
    expect(written.length).toBeLessThan(500);
    expect(written.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(10_000);
  });

  test('of somebody else are not hidden by those of a noisy source', async () => {
    for (let number = 0; number < 1000; number++) await limiter.add(refusal(`patient:P-${number}`));
    const other = refusal('patient:P-1', { actor: 'user:1', address: '192.0.2.2', code: 'FORBIDDEN' });
    await limiter.add(other);
    expect(written.at(-1)).toEqual(other);
  });
});

test('what was done is always written', async () => {
  for (let times = 0; times < 100; times++) await limiter.add({ ...refusal('server'), result: 'done' });
  expect(written).toHaveLength(100);
});
