import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../testing/eventually.ts';
import { publishRtp } from '../testing/scenes.ts';
import { TestServer } from '../testing/test-server.ts';
import { frameRateOf } from './frame-rate.ts';

/** Timestamps of so many pictures, of so many packets each. */
const timestamps = (pictures: number, rate: number, packets = 1, first = 0) =>
  Array.from({ length: pictures * packets }, (_, index) => {
    const picture = Math.floor(index / packets);
    return (first + Math.round((picture * 90_000) / rate)) % 2 ** 32;
  });

describe('a frame rate', () => {
  test.each([15, 30, 60])('of %d is found by the pictures’ own times', (rate) => {
    expect(frameRateOf(timestamps(40, rate))).toBeCloseTo(rate, 1);
    expect(frameRateOf(timestamps(40, rate, 3).toReversed())).toBeCloseTo(rate, 1);
  });

  test('is found where the timestamps begin anew', () => {
    expect(frameRateOf(timestamps(60, 30, 2, 2 ** 32 - 90_000))).toBeCloseTo(30, 1);
  });

  test('is not known of a single picture', () => {
    expect(frameRateOf([])).toBeNull();
    expect(frameRateOf([7, 7, 7])).toBeNull();
  });
});

describe('a stream that really sends', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({ HAVEN_STREAM_FRAMES_PER_SECOND: '10' });
  });
  afterEach(() => server.close());

  test('more pictures than it may is found by its packets, and goes on', async () => {
    const { streamId } = await publishRtp(server, 'P-101');
    const over = () => server.telemetry.gauges.get('haven_sfu_streams_over_frame_rate')?.();
    await eventually(() => over() === 1, 'it is found', 15_000);
    const rate = await server.sfu.streams.get(streamId)?.measureFrameRate(500);
    expect(rate).toBeGreaterThan(10);
    expect(rate).toBeLessThan(35);
    expect(server.sfu.streams.get(streamId)?.live).toBe(true);
  }, 30_000);
});
