import { expect, test } from '@jest/globals';
import { Reception, SIGNAL_LOST_AFTER_MS } from './reception.ts';

test('a stream is silent since its start when no packet ever came', () => {
  const reception = new Reception(1_000);
  expect(reception.silentSince(1_000 + SIGNAL_LOST_AFTER_MS - 1)).toBeNull();
  expect(reception.silentSince(1_000 + SIGNAL_LOST_AFTER_MS)).toBe(1_000);
  expect(reception.lastPacketAt).toBeNull();
});

test('a stream is silent since its last packet, and no longer when packets come again', () => {
  const reception = new Reception(0);
  reception.count(10, 500);
  reception.count(10, 1_000);
  expect(reception.silentSince(500 + SIGNAL_LOST_AFTER_MS)).toBe(500);
  reception.count(11, 4_000);
  expect(reception.silentSince(4_001)).toBeNull();
});

test('a packet counter that begins anew still counts as packets', () => {
  const reception = new Reception(0);
  reception.count(1_000, 100);
  reception.count(3, 5_000);
  expect(reception.lastPacketAt).toBe(5_000);
});
