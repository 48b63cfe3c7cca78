import { describe, expect, test } from '@jest/globals';
import { FRESH_MS, SharedHealth } from './shared-health.ts';

describe('those who ask for the health', () => {
  test('at once share one examination, however long it takes', async () => {
    let examined = 0;
    const gate = Promise.withResolvers<undefined>();
    let now = 0;
    const health = new SharedHealth(
      {
        disk: async () => {
          examined += 1;
          await gate.promise;
          return { status: 'healthy', message: 'room enough' };
        },
      },
      () => now,
    );
    const first = health.read();
    now += 10 * FRESH_MS;
    const others = Array.from({ length: 100 }, () => health.read());
    gate.resolve(undefined);
    for (const answer of await Promise.all([first, ...others])) expect(answer.status).toBe('healthy');
    expect(examined).toBe(1);
  });

  test('are told what was found out in the last second, and something new after it', async () => {
    let now = 0;
    let status: 'healthy' | 'unhealthy' = 'healthy';
    const health = new SharedHealth({ database: () => ({ status, message: '' }) }, () => now);
    await health.read();
    status = 'unhealthy';
    now = FRESH_MS - 1;
    expect((await health.read()).status).toBe('healthy');
    now = FRESH_MS;
    expect((await health.read()).status).toBe('unhealthy');
  });
});
