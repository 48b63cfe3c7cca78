import { describe, expect, test } from '@jest/globals';
import { THREE_LAYERS, TWO_LAYERS } from '../encoder/temporal-pattern.ts';
import { MAX_PAYLOAD_BYTES, Vp8Packetizer } from './vp8-payload.ts';

const picture = (length: number, temporal = TWO_LAYERS.pictures[0]) => ({
  data: Buffer.alloc(length, 7),
  temporal,
});
const pictureIdOf = (payload: Buffer) => payload.readUInt16BE(2) & 0x7fff;

describe('VP8 payloads', () => {
  test('a small picture is one payload that starts a partition', () => {
    const [payload, ...others] = new Vp8Packetizer(() => 0).packetize(picture(100));
    expect(others).toEqual([]);
    expect(payload).toEqual(Buffer.concat([Buffer.from([0x90, 0xe0, 0x80, 1, 1, 0]), Buffer.alloc(100, 7)]));
  });

  test('a large picture is split into payloads of nearly equal length under the limit', () => {
    const payloads = new Vp8Packetizer().packetize(picture(10_000));
    expect(payloads).toHaveLength(Math.ceil(10_000 / (MAX_PAYLOAD_BYTES - 6)));
    const lengths = payloads.map((payload) => payload.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    expect(payloads.map((payload) => payload[0] & 0x10)).toEqual([0x10, ...payloads.slice(1).map(() => 0)]);
    expect(Buffer.concat(payloads.map((payload) => payload.subarray(6)))).toEqual(picture(10_000).data);
  });

  test('the picture id has fifteen bits and wraps', () => {
    const packetizer = new Vp8Packetizer(() => 0.99999);
    expect(pictureIdOf(packetizer.packetize(picture(1))[0])).toBe(0);
    expect(pictureIdOf(packetizer.packetize(picture(1))[0])).toBe(1);
  });

  test('a picture of temporal layer 1 is marked as one that nothing refers to and that may be joined', () => {
    const packetizer = new Vp8Packetizer(() => 0);
    const base = packetizer.packetize(picture(10))[0];
    const upper = packetizer.packetize(picture(10, TWO_LAYERS.pictures[1]))[0];
    expect(upper[0] & 0x20).toBe(0x20);
    expect(upper[5]).toBe(0x60);
    expect(upper[4]).toBe(base[4]);
    expect(packetizer.packetize(picture(10))[0][4]).toBe(base[4] + 1);
  });

  test('a key frame may be joined, other pictures of temporal layer 0 may not', () => {
    const packetizer = new Vp8Packetizer(() => 0);
    const described = [0x10, 0x11].map((first) => {
      const data = Buffer.from([first, 0, 0]);
      return packetizer.packetize({ data, temporal: TWO_LAYERS.pictures[0] })[0];
    });
    expect(described.map((payload) => payload[5])).toEqual([0x20, 0]);
  });

  test('of three layers the second may be joined, and the last picture of the third may not', () => {
    const packetizer = new Vp8Packetizer(() => 0);
    const described = THREE_LAYERS.pictures.map((temporal) => packetizer.packetize(picture(10, temporal))[0]);
    expect(described.map((payload) => payload[5])).toEqual([0, 0xa0, 0x60, 0x80]);
    expect(described.map((payload) => payload[0] & 0x20)).toEqual([0, 0x20, 0, 0x20]);
    expect(new Set(described.map((payload) => payload[4])).size).toBe(1);
  });
});
