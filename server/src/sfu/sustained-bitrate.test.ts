import { expect, test } from '@jest/globals';
import { SUSTAINED_MS, SustainedBitrate } from './sustained-bitrate.ts';

/** Bytes that arrived in each second, read at its end. @returns each bitrate that was taken, bit/s */
function bitratesOf(...bytes: number[]): number[] {
  const bitrate = new SustainedBitrate();
  let receivedBytes = 1_000_000;
  const taken = [bitrate.read({ receivedBytes, readAt: 0 })];
  for (const [second, more] of bytes.entries()) {
    receivedBytes += more;
    taken.push(bitrate.read({ receivedBytes, readAt: 1_000 * (second + 1) }));
  }
  return taken.filter((value) => value !== undefined);
}

test('a sustained bitrate is the mean of a stretch, whatever came at once within it', () => {
  expect(SUSTAINED_MS).toBe(5_000);
  expect(bitratesOf(100, 100, 100, 100)).toEqual([]);
  expect(bitratesOf(100, 100, 100, 100, 100)).toEqual([800]);
  expect(bitratesOf(0, 500, 0, 0, 0, 200, 200, 200, 200, 200)).toEqual([800, 1_600]);
});

test('a sustained bitrate is taken of a longer stretch where it is read less often', () => {
  const bitrate = new SustainedBitrate();
  bitrate.read({ receivedBytes: 0, readAt: 10_000 });
  expect(bitrate.read({ receivedBytes: 800, readAt: 18_000 })).toBe(800);
  expect(bitrate.read({ receivedBytes: 800, readAt: 18_000 })).toBeUndefined();
});
