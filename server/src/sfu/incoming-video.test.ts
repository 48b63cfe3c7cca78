import { expect, test } from '@jest/globals';
import { IncomingVideo } from './incoming-video.ts';
import { WORSE_AFTER_MS } from './link-quality.ts';

const layer = (ssrc: number, bitrate: number, changed: object = {}) => ({
  ...{ ssrc, bitrate, bitrateByLayer: { '0.0': bitrate / 2, '0.1': bitrate } },
  ...{ packetCount: 100, fractionLost: 0, roundTripTime: 20, score: 10, ...changed },
});
const ENCODINGS = [{ ssrc: 1 }, { ssrc: 2 }, { ssrc: 3 }];

test('knows the rate of the lowest layer and the highest that arrives, in whatever order they are told', () => {
  const video = new IncomingVideo();
  video.read([layer(3, 0), layer(2, 600_000), layer(1, 150_000)], ENCODINGS);
  expect(video).toMatchObject({
    bitrate: 750_000,
    lowestBitrate: 75_000,
    arrivingLayer: 1,
    packets: 300,
  });
});

test('finds the layers of a browser by their restriction identifiers', () => {
  const video = new IncomingVideo();
  const low = layer(7, 100_000, { rid: 'r0' });
  const high = layer(8, 500_000, { rid: 'r1' });
  video.read([high, low], [{ rid: 'r0' }, { rid: 'r1' }]);
  expect(video).toMatchObject({ lowestBitrate: 50_000, arrivingLayer: 1 });
});

test('knows nothing of a video that has not begun', () => {
  const video = new IncomingVideo();
  video.read([], ENCODINGS);
  expect(video).toMatchObject({
    bitrate: 0,
    lowestBitrate: 0,
    arrivingLayer: 0,
    packets: 0,
    quality: 'good',
  });
});

test('judges the link by the layers that arrive, not by those that the device stopped', () => {
  const stopped = layer(2, 0, { score: 0, fractionLost: 255 });
  const lossy = layer(1, 150_000, { fractionLost: 64 });
  const video = new IncomingVideo();
  video.judge([layer(1, 150_000), stopped], false, 0);
  expect(video.judge([layer(1, 150_000), stopped], false, WORSE_AFTER_MS)).toBe(false);
  video.judge([lossy, stopped], false, 10_000);
  expect(video.judge([lossy, stopped], false, 10_000 + WORSE_AFTER_MS)).toBe(true);
  expect(video.quality).toBe('poor');
  expect(video.judge([], true, 20_000)).toBe(true);
  expect(video.quality).toBe('lost');
});
