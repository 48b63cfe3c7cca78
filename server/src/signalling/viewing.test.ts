import { randomUUID } from 'node:crypto';
import type { ViewedTile } from '@haven/protocol';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { consume, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

/** The SFU looks twice a second. */
const LOOK_MS = 600;
const STEP_MS = 6_000;
const STEPS = 10;

// Layers fall after 15 s, which pass in steps that the SFU has to see.
jest.setTimeout(20_000);

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start({ HAVEN_CONSUMERS_PER_VIEWER: '2' });
});
afterEach(() => server.close());

type Shown = Omit<ViewedTile, 'streamId'>;
const small: Shown = { width: 320, height: 180, visible: true, focused: false };
const large: Shown = { width: 1280, height: 720, visible: true, focused: false };
const focused: Shown = { ...large, focused: true };
const hidden: Shown = { ...small, visible: false };

/** A clinician who watches one stream of two layers, what they are told of it, and what its device is asked for. */
async function scene() {
  const { device, streamId } = await publishRtp(server, 'P-101');
  const { monitor } = await watch(server);
  const { consumerId } = await consume(monitor, streamId);
  await monitor.request('consumer:resume', { consumerId });
  const asked = device.heard.bind(device, 'stream:layers');
  return {
    ...{ streamId, monitor, consumerId },
    show: (tile: Shown) => monitor.request('view:report', { tiles: [{ streamId, ...tile }] }),
    /** What the device was last asked to send. */
    asked: () => asked().at(-1),
    only: (maxSpatialLayer: number) => ({ streamId, maxSpatialLayer }),
    /** What the viewer was last told of its consumer. */
    told: () => monitor.heard('consumer:sending').at(-1),
    sending: (sending: string, because: string | null = null) => ({ consumerId, sending, because }),
  };
}

/** Lets time pass, much faster than it does, until something is seen. */
async function inTime<T>(read: () => T, expected: T): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (JSON.stringify(read()) === JSON.stringify(expected)) break;
    server.advance(STEP_MS);
  }
  expect(read()).toEqual(expected);
}

/** At once: well before anything that is delayed. */
async function atOnce<T>(read: () => T, expected: T): Promise<void> {
  const deadline = performance.now() + LOOK_MS;
  while (JSON.stringify(read()) !== JSON.stringify(expected) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(read()).toEqual(expected);
}

describe("a device's upper layers", () => {
  test('stop when nobody looks closely, and are asked for at once when somebody does', async () => {
    const { show, asked, only } = await scene();
    await show(small);
    await inTime(asked, only(0));
    await show(focused);
    await atOnce(asked, only(1));
    await show(small);
    await inTime(asked, only(0));
  });

  test.each(['hides it', 'closes it', 'leaves'])(
    'stop when the only one who looks closely %s',
    async (how) => {
      const { show, asked, only, monitor, consumerId } = await scene();
      await show(small);
      await inTime(asked, only(0));
      await show(focused);
      await atOnce(asked, only(1));
      if (how === 'hides it') await show({ ...focused, visible: false });
      if (how === 'closes it') await monitor.request('consumer:close', { consumerId });
      if (how === 'leaves') await monitor.request('room:leave', {});
      await inTime(asked, only(0));
    },
  );

  test('stop when the server is too busy for those who look at a large tile only', async () => {
    const { show, asked, only } = await scene();
    await show(small);
    await inTime(asked, only(0));
    await show(large);
    await atOnce(asked, only(1));
    server.sfu.relieve('layers');
    await inTime(asked, only(0));
    server.sfu.relieve('none');
    await atOnce(asked, only(1));
  });
});

describe('a viewer', () => {
  test('is sent nothing of what is not on screen, and all of it again at once', async () => {
    const { show, told, sending } = await scene();
    await show(small);
    await show(hidden);
    await inTime(told, sending('hidden'));
    await show(small);
    await atOnce(told, sending('live'));
  });

  test('is sent nothing of a stream that its report does not name', async () => {
    const { monitor, told, sending } = await scene();
    await monitor.request('view:report', { tiles: [{ streamId: randomUUID(), ...small }] });
    await inTime(told, sending('hidden'));
  });

  test('is sent a still when the server is too busy, unless the patient is in alert', async () => {
    const { show, told, sending } = await scene();
    await show(small);
    server.sfu.relieve('off-screen');
    await atOnce(told, sending('still', 'server-load'));
    server.alerts.raise({ patientId: 'P-101', roomId: 'ward-a' });
    await atOnce(told, sending('live'));
  });

  test('sees a still move again when the server is no longer too busy', async () => {
    const { show, told, sending } = await scene();
    await show(small);
    server.sfu.relieve('off-screen');
    await atOnce(told, sending('still', 'server-load'));
    server.sfu.relieve('none');
    await atOnce(told, sending('live'));
  });

  test('keeps its report when it opens another transport', async () => {
    const { show, monitor, streamId } = await scene();
    await show(hidden);
    const { consumerId } = await consume(monitor, streamId);
    await monitor.request('consumer:resume', { consumerId });
    await atOnce(() => monitor.heard('consumer:sending').at(-1), {
      consumerId,
      sending: 'hidden',
      because: null,
    });
  });

  test('cannot watch more streams than one viewer may', async () => {
    const { monitor, consumerId } = await scene();
    const { streamId } = await publishRtp(server, 'P-102');
    await monitor.request('consumer:close', { consumerId });
    const { transport, rtpCapabilities } = await consume(monitor, streamId);
    const request = (id: string) =>
      monitor.request('consumer:create', {
        ...{ requestId: randomUUID(), transportId: transport.id, streamId: id, rtpCapabilities },
      });
    await request(server.sfu.streams.ofPatient('P-101')!.streamId);
    await expect(request(streamId)).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' });
  });
});
