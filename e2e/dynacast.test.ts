/**
 * What nobody looks at, the device does not send: of the real device agent, read from the SFU's own statistics. A tap
 * of the lowest layer counts as somebody who looks at the lowest layer.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { MonitorRequests } from '@haven/protocol';
import { pino } from 'pino';
import { RTCDtlsTransport } from 'werift';
import { DeviceAgent } from '../device/src/agent.ts';
import { findFfmpeg } from '../device/src/ffmpeg.ts';
import { SyntheticSource } from '../device/src/sources/synthetic-source.ts';
import { movingBar } from '../device/src/testing/pictures.ts';
import type { Stream } from '../server/src/sfu/stream.ts';
import { consume, watch } from '../server/src/testing/scenes.ts';
import type { TestClient } from '../server/src/testing/test-client.ts';
import { TestServer } from '../server/src/testing/test-server.ts';
import { until } from './support/process.ts';

const PATIENT = 'P-101';
const PICTURE = { width: 640, height: 480, framesPerSecond: 15 };
const PATIENCE_MS = 20_000;
/** Past the delay with which the SFU gives up a layer. */
const GIVEN_UP_MS = 10_000;
const LOOK_MS = 500;
/** In half a second a layer that is not sent takes two empty packets, which keep its path open. */
const KEPT_ALIVE_BYTES = 500;
/** What is under way when the device is told. */
const UNDER_WAY_MS = 1_500;
/** Protection profile of AEAD_AES_128_GCM (RFC 7714, 14.2). */
const AES_GCM = 7;

describe('a device that publishes two layers', () => {
  let server: TestServer;
  let agent: DeviceAgent;
  let ended: Promise<void>;
  let stream: Stream;
  let monitor: TestClient<MonitorRequests>;
  const connecting = jest.spyOn(RTCDtlsTransport.prototype, 'start');

  beforeAll(async () => {
    server = await TestServer.start();
    const { width, height, framesPerSecond } = PICTURE;
    agent = new DeviceAgent({
      signalling: { server: server.url, token: server.access.addDevice(PATIENT).token, ca: undefined },
      patientId: PATIENT,
      source: new SyntheticSource(
        { frame: (seconds) => movingBar(width, height, Math.round(seconds * framesPerSecond)) },
        PICTURE,
      ),
      ffmpeg: await findFfmpeg(),
      layerCount: 2,
      maxBitrate: Infinity,
      maxFramesPerSecond: framesPerSecond,
      log: pino({ level: 'silent' }),
    });
    ended = agent.run();
    stream = await until('the stream', PATIENCE_MS, () => server.sfu.streams.live()[0]);
    ({ monitor } = await watch(server));
  }, 60_000);

  afterAll(async () => {
    await agent.close();
    await ended;
    await server.close();
  }, 30_000);

  /** Bytes of each layer that arrived so far, lowest first. */
  async function bytesOfLayers(): Promise<number[]> {
    const { producer, release } = await stream.lendProducer(stream.mediaWorker);
    release();
    const stats = await producer.getStats();
    return (producer.rtpParameters.encodings ?? []).map(
      ({ ssrc }) => stats.find((layer) => layer.ssrc === ssrc)?.byteCount ?? 0,
    );
  }

  /** Whether each layer's pictures arrive, lowest first. */
  async function arriving(): Promise<boolean[]> {
    const before = await bytesOfLayers();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    return (await bytesOfLayers()).map((bytes, layer) => bytes - (before[layer] ?? 0) > KEPT_ALIVE_BYTES);
  }

  test('sends encrypted by AES-GCM', () => {
    const profiles = connecting.mock.contexts.map((transport) =>
      transport instanceof RTCDtlsTransport ? transport.dtls?.srtp.srtpProfile : undefined,
    );
    expect(profiles).toEqual([AES_GCM]);
  });

  test('stops the upper one when only a tap of the lower one is left', async () => {
    await until('both layers', PATIENCE_MS, async () => (await arriving()).every(Boolean));
    const tap = await server.sfu.openTap(stream, { ip: '127.0.0.1', rtpPort: 9 });
    await tap.resume();
    server.advance(GIVEN_UP_MS);
    // Once would not do: on a busy machine a layer that is sent may be late.
    await until('the upper layer to stop for good', PATIENCE_MS, async () => {
      const looks = [await arriving(), await arriving(), await arriving()];
      return looks.every(([lower, upper]) => lower && !upper);
    });
  }, 60_000);

  test('sends it again when somebody looks closely', async () => {
    const { streamId } = stream;
    const { consumerId } = await consume(monitor, streamId);
    await monitor.request('consumer:resume', { consumerId });
    const focused = { streamId, width: 1280, height: 720, visible: true, focused: true };
    const before = (await bytesOfLayers())[1] ?? 0;
    const back = async () => ((await bytesOfLayers())[1] ?? 0) - before > KEPT_ALIVE_BYTES;
    const askedAt = performance.now();
    await monitor.request('view:report', { tiles: [focused] });
    await until('the upper layer', PATIENCE_MS, back);
    console.log(`the upper layer is back ${(performance.now() - askedAt).toFixed(0)} ms after the focus`);
    await monitor.request('view:report', { tiles: [] });
    for (let waits = 0; waits < 2; waits++) {
      server.advance(GIVEN_UP_MS);
      await new Promise((resolve) => setTimeout(resolve, UNDER_WAY_MS));
    }
    await until('it to stop once more', PATIENCE_MS, async () => !(await arriving())[1]);
  }, 60_000);
});
