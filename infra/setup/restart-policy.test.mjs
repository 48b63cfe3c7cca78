import { describe, expect, test } from '@jest/globals';
import { EXIT_DO_NOT_RESTART, RestartPolicy } from './restart-policy.mjs';

const CRASH = { code: 1, signal: null };

describe('A server that ended', () => {
  test('is not started again when it stopped by itself', () => {
    expect(new RestartPolicy().afterEnd({ code: 0, signal: null }, 5_000)).toEqual({ exitCode: 0 });
  });

  test('is not started again when it says that this cannot help', () => {
    const end = { code: EXIT_DO_NOT_RESTART, signal: null };
    expect(new RestartPolicy().afterEnd(end, 5_000)).toEqual({ exitCode: 2 });
  });

  test('is started again after a crash and after a signal', () => {
    expect(new RestartPolicy().afterEnd(CRASH, 5_000)).toEqual({ restartAfterMs: 1_000 });
    expect(new RestartPolicy().afterEnd({ code: null, signal: 'SIGKILL' }, 5_000)).toEqual({
      restartAfterMs: 1_000,
    });
  });

  test('is started again later each time, at most 30 s later', () => {
    const policy = new RestartPolicy();
    const delays = Array.from({ length: 7 }, () => policy.afterEnd(CRASH, 100));
    expect(delays).toEqual([1, 2, 4, 8, 16, 30, 30].map((seconds) => ({ restartAfterMs: seconds * 1_000 })));
  });

  test('is started again soon when it had run for a minute', () => {
    const policy = new RestartPolicy();
    policy.afterEnd(CRASH, 100);
    policy.afterEnd(CRASH, 100);
    expect(policy.afterEnd(CRASH, 60_000)).toEqual({ restartAfterMs: 1_000 });
  });
});
