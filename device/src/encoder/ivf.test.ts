import { describe, expect, test } from '@jest/globals';
import { isVp8KeyFrame, IvfReader } from './ivf.ts';

function ivf(frames: { timestamp: number; data: Buffer }[]): Buffer {
  const header = Buffer.alloc(32);
  header.write('DKIF');
  return Buffer.concat([
    header,
    ...frames.flatMap(({ timestamp, data }) => {
      const head = Buffer.alloc(12);
      head.writeUInt32LE(data.length, 0);
      head.writeBigInt64LE(BigInt(timestamp), 4);
      return [head, data];
    }),
  ]);
}
const FRAMES = [
  { timestamp: 0, data: Buffer.from('key') },
  { timestamp: 66_664, data: Buffer.alloc(5000, 1) },
  { timestamp: 133_336, data: Buffer.alloc(0) },
];

describe('the IVF reader', () => {
  test.each([1, 7, 100, 100_000])(
    'gives the frames of a stream that comes in pieces of %i bytes',
    (length) => {
      const stream = ivf(FRAMES);
      const reader = new IvfReader();
      const frames = [];
      for (let start = 0; start < stream.length; start += length) {
        frames.push(...reader.read(stream.subarray(start, start + length)));
      }
      expect(frames).toEqual(FRAMES);
    },
  );

  test('refuses what is no IVF stream, and a frame of absurd length', () => {
    expect(() => new IvfReader().read(Buffer.alloc(32, 'x'))).toThrow(/no IVF/);
    const absurd = Buffer.concat([ivf([]), Buffer.alloc(12, 0xff)]);
    expect(() => new IvfReader().read(absurd)).toThrow(/IVF frame of/);
  });
});

test('a VP8 key frame is told by the lowest bit of its first byte', () => {
  expect(isVp8KeyFrame(Buffer.from([0x10]))).toBe(true);
  expect(isVp8KeyFrame(Buffer.from([0x11]))).toBe(false);
  expect(isVp8KeyFrame(Buffer.alloc(0))).toBe(false);
});
