import { describe, expect, test } from '@jest/globals';
import { RetransmissionBuffer } from './retransmission-buffer.ts';

const packet = (sequenceNumber: number) => ({
  sequenceNumber,
  timestamp: 0,
  marker: false,
  payload: Buffer.from([sequenceNumber & 0xff]),
});
const ROUND_TRIP_MS = 40;

describe('the retransmission buffer', () => {
  test('gives back a packet that was sent lately', () => {
    const buffer = new RetransmissionBuffer();
    buffer.add(packet(7), 0);
    expect(buffer.take(7, 100, ROUND_TRIP_MS)).toMatchObject({ sequenceNumber: 7 });
    expect(buffer.take(8, 100, ROUND_TRIP_MS)).toBeUndefined();
  });

  test('does not answer the same packet twice within a round trip', () => {
    const buffer = new RetransmissionBuffer();
    buffer.add(packet(7), 0);
    expect(buffer.take(7, 100, ROUND_TRIP_MS)).toBeDefined();
    expect(buffer.take(7, 130, ROUND_TRIP_MS)).toBeUndefined();
    expect(buffer.take(7, 150, ROUND_TRIP_MS)).toBeDefined();
  });

  test('forgets what no receiver waits for any more', () => {
    const buffer = new RetransmissionBuffer();
    buffer.add(packet(7), 0);
    expect(buffer.take(7, 2500, ROUND_TRIP_MS)).toBeUndefined();
  });

  test('keeps the newest packets across the wrap of sequence numbers, and no more than its bound', () => {
    const buffer = new RetransmissionBuffer();
    const first = 65_000;
    for (let index = 0; index < 1000; index++) buffer.add(packet((first + index) & 0xffff), index);
    const held = Array.from({ length: 1000 }, (_, index) => (first + index) & 0xffff).filter((number) =>
      buffer.take(number, 1000, ROUND_TRIP_MS),
    );
    expect(held).toHaveLength(512);
    expect(held.at(-1)).toBe((first + 999) & 0xffff);
  });
});
