import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { vp8Parameters } from '../testing/rtp-parameters.ts';
import { RtpPublisher } from '../testing/rtp-publisher.ts';
import { claim, produce, publish, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { HOLD_OFF_MS } from './held-off-devices.ts';

/** bit/s, the least that may be set. */
const LIMIT = 100_000;
/** Bytes of a picture: of two layers at 30 pictures a second about 1 Mbit/s, and about 120 kbit/s. */
const FAR_TOO_LARGE = 2_000;
const BARELY_TOO_LARGE = 220;
/** A bitrate is taken over five seconds. */
const WITHIN_MS = 15_000;

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start({ HAVEN_STREAM_BITRATE: String(LIMIT) });
});
afterEach(() => server.close());

const ended = () => server.telemetry.counts.get('haven_sfu_streams_over_bitrate_total');
const receivedBitrate = (transportId: string) =>
  server.sfu.observation.readingOf(transportId)?.receivedBitrate ?? 0;

describe('a stream that goes on sending', () => {
  test('far more than it may ends, and its device waits before it publishes again', async () => {
    const { monitor } = await watch(server);
    const little = await publishRtp(server, 'P-102', undefined, BARELY_TOO_LARGE);
    await eventually(() => receivedBitrate(little.transport.id) > LIMIT, 'one that sends a little too much');
    const { device, token, streamId } = await publishRtp(server, 'P-101', undefined, FAR_TOO_LARGE);
    await eventually(() => device.heard('stream:ended').length > 0, 'the end of the stream', WITHIN_MS);
    const reason = 'bitrate-exceeded';
    expect(device.heard('stream:ended')).toEqual([{ streamId, reason }]);
    expect(await monitor.hears('stream:ended')).toMatchObject({ streamId, reason });
    expect(server.alerts.reports).toContainEqual(
      expect.objectContaining({ patientId: 'P-101', condition: 'signal-lost', present: true }),
    );
    expect(server.records.audited.map(({ action }) => action)).toContain(`stream:${reason}`);
    expect(ended()).toBe(1);

    const start = { patientId: 'P-101', source: 'camera' } as const;
    const again = () => device.request('publish:start', { requestId: randomUUID(), ...start });
    await expect(again()).rejects.toMatchObject({
      code: 'BITRATE_EXCEEDED',
      retryAfterMs: expect.any(Number),
    });
    const other = server.device(server.access.addDevice('P-101').token);
    await other.connected();
    const replaced = await other.request('publish:start', { requestId: randomUUID(), ...start });
    await other.request('publish:stop', { streamId: replaced.streamId });

    expect(server.sfu.streams.get(little.streamId)?.live).toBe(true);
    server.advance(HOLD_OFF_MS);
    await publish(server, 'P-101', token);
  }, 30_000);

  test('far more than it may ends as well where what it sends belongs to no stream', async () => {
    const { device, streamId, transport } = await claim(server, 'P-101');
    const announced = vp8Parameters();
    const publisher = await RtpPublisher.connect(
      transport,
      (dtlsParameters) => device.request('publish:connect', { streamId, dtlsParameters }),
      vp8Parameters(),
      FAR_TOO_LARGE,
    );
    server.atClose(() => publisher.close());
    await produce(device, streamId, announced);
    publisher.start();
    await eventually(() => device.heard('stream:ended').length > 0, 'the end of the stream', WITHIN_MS);
    expect(device.heard('stream:ended')).toEqual([{ streamId, reason: 'bitrate-exceeded' }]);
  }, 30_000);
});
