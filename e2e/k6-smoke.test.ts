import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runScenario } from './k6/scenario.ts';
import { HavenServer } from './support/haven-server.ts';

describe('k6 against a whole server', () => {
  let server: HavenServer;

  beforeAll(async () => {
    server = await HavenServer.start({ HAVEN_CV_WORKERS: '0' });
  }, 90_000);
  afterAll(() => server.stop(), 30_000);

  test('reads over REST, signs in and watches over Socket.IO without a failure', async () => {
    const target = { url: server.url, roomId: 'ward-a', users: [server.user] };
    const { passed, output } = await runScenario('smoke', target, 10, () => undefined);
    expect(output).toMatch(/haven_heartbeat_gap/);
    // The summary says which threshold did not hold.
    expect(passed ? '' : output).toBe('');
  }, 120_000);

  test('fails where a server refuses a load that is within the limits', async () => {
    const full = await HavenServer.start({ HAVEN_CV_WORKERS: '0', HAVEN_MAX_VIEWERS: '1' });
    try {
      const target = { url: full.url, roomId: 'ward-a', users: [full.user] };
      const { passed, output } = await runScenario('soak', target, 5, () => undefined);
      expect(passed).toBe(false);
      expect(output).toMatch(/haven_session_refusals\n\s*✗/);
    } finally {
      await full.stop();
    }
  }, 180_000);
});
