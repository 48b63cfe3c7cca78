import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { consume, publishRtp, watch } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

test('figures show what arrives of a stream, what its device says, who watches it and who carries it', async () => {
  const { device, streamId } = await publishRtp(server, 'P-101');
  const { monitor } = await watch(server);
  await consume(monitor, streamId);
  await device.request('publish:state', {
    streamId,
    ...{ framesPerSecond: 24, bitrate: 500_000, roundTripMs: 3, lossFraction: 0 },
    layers: [{ width: 320, height: 240 }],
  });
  const [stream] = await eventually(() => {
    const { streams } = server.signalling.figures();
    return streams[0]?.layers.some(({ bitrate }) => bitrate > 0) === true ? streams : undefined;
  }, 'a reading of the layers');
  expect(stream).toMatchObject({
    ...{ streamId, patientId: 'P-101', source: 'camera', privacy: false },
    ...{ framesPerSecond: 24, mediaWorker: 0, viewers: 1, analysis: null },
  });
  expect(stream?.layers[0]).toMatchObject({ width: 320, height: 240, lossFraction: 0 });
  const { mediaWorkers, viewers, load } = server.signalling.figures();
  expect(mediaWorkers).toEqual([
    expect.objectContaining({ index: 0, transports: 2, producers: 1, consumers: 1, taps: 0, pipes: 0 }),
  ]);
  expect(viewers.good + viewers.fair + viewers.poor + viewers.lost).toBe(1);
  expect(load.step).toBe('none');
});
