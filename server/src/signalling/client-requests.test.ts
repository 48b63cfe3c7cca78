import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newTraceparent, type ClientStatistics } from '@haven/protocol';
import { watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

const REPORT: ClientStatistics = {
  ...{ tiles: 2, framesDecoded: 450, framesDropped: 3, freezes: 1, freezeMs: 250 },
  ...{ packetsReceived: 1000, packetsLost: 10, decodeMs: 2, delayMs: 40, jitterMs: 3, roundTripMs: 12 },
};

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const count = (name: string) => server.telemetry.counts.get(name) ?? 0;

describe('what a browser tells of itself', () => {
  test('is counted, but no more often than browsers report', async () => {
    const { monitor } = await watch(server);
    const before = count('haven_client_freezes_total');
    for (let times = 0; times < 3; times += 1) await monitor.request('client:statistics', REPORT);
    expect(count('haven_client_freezes_total')).toBe(before + 1);
    server.advance(5_000);
    await monitor.request('client:statistics', REPORT);
    expect(count('haven_client_freezes_total')).toBe(before + 2);
  });

  test.each([
    ['a number beyond all bounds', 'client:statistics', { ...REPORT, freezes: 1e9 }],
    ['a negative one', 'client:statistics', { ...REPORT, decodeMs: -1 }],
    ['a span of a day', 'client:span', { name: 'join', span: newTraceparent(), durationMs: 86_400_000 }],
    [
      'a span without ids',
      'client:span',
      { name: 'alert-shown', parent: `00-${'0'.repeat(32)}-1-01`, durationMs: 1 },
    ],
    ['a span of its own invention', 'client:span', { name: 'x', span: newTraceparent(), durationMs: 1 }],
  ])('is refused with %s', async (_what, request, payload) => {
    const { monitor } = await watch(server);
    expect(await monitor.raw(request, payload)).toMatchObject({
      ok: false,
      error: { code: 'INVALID_REQUEST' },
    });
  });

  test.each([
    ['is well formed', { traceparent: newTraceparent() }],
    ['is not', { traceparent: 'nonsense' }],
    ['is something else', [1, 2, 3]],
  ])('a request is answered when its trace context %s', async (_how, trace) => {
    const { monitor } = await watch(server);
    expect(await monitor.raw('room:leave', {}, trace)).toMatchObject({ ok: true });
  });
});
