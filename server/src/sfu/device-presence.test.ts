import { describe, expect, test } from '@jest/globals';
import { DEVICE_RETURN_MS, DevicePresence, PRODUCE_WITHIN_MS, SILENT_MS } from './device-presence.ts';
import { SIGNAL_LOST_AFTER_MS } from './reception.ts';

const LIVE = { live: true, paused: false };
const PAUSED = { live: true, paused: true };

/** A device whose first packets came at 1 s. */
function sending(): DevicePresence {
  const presence = new DevicePresence(0);
  presence.began(0);
  presence.count(10, 1_000);
  return presence;
}

test('a device that claims a stream and sends no video is given up', () => {
  const presence = new DevicePresence(0);
  const claimed = { live: false, paused: false };
  expect(presence.judge(PRODUCE_WITHIN_MS - 1, claimed)).toBeUndefined();
  expect(presence.judge(PRODUCE_WITHIN_MS, claimed)).toBe('gone');
});

describe('a device whose packets come', () => {
  test('is there since the last of them', () => {
    expect(sending().judge(2_000, LIVE)).toEqual({ lost: false, at: 1_000 });
  });

  test('is lost since the last of them when no more come, and given up after a minute', () => {
    const presence = sending();
    expect(presence.judge(1_000 + SIGNAL_LOST_AFTER_MS, LIVE)).toEqual({ lost: true, at: 1_000 });
    expect(presence.judge(1_000 + SILENT_MS, LIVE)).toBe('gone');
  });

  test('is given up when its connection does not return, whatever packets say', () => {
    const presence = sending();
    presence.connectionLost(2_000);
    presence.connectionLost(9_000);
    presence.count(20, 2_000 + DEVICE_RETURN_MS);
    expect(presence.judge(2_000 + DEVICE_RETURN_MS - 1, LIVE)).toMatchObject({ lost: false });
    expect(presence.judge(2_000 + DEVICE_RETURN_MS, LIVE)).toBe('gone');
  });

  test('is not given up when its connection returned', () => {
    const presence = sending();
    presence.connectionLost(2_000);
    presence.connectionReturned();
    presence.count(20, 2_000 + DEVICE_RETURN_MS);
    expect(presence.judge(2_000 + DEVICE_RETURN_MS, LIVE)).toMatchObject({ lost: false });
  });
});

describe('a device that is paused', () => {
  test('is not missed', () => {
    expect(sending().judge(2 * SILENT_MS, PAUSED)).toEqual({ lost: false, at: 2 * SILENT_MS });
  });

  test('has its time anew when it goes on', () => {
    const presence = sending();
    presence.goesOn(100_000);
    expect(presence.judge(100_000 + SIGNAL_LOST_AFTER_MS - 1, LIVE)).toBeUndefined();
    expect(presence.judge(100_000 + SIGNAL_LOST_AFTER_MS, LIVE)).toEqual({ lost: true, at: 100_000 });
    presence.count(10, 104_000);
    expect(presence.judge(104_000, LIVE)).toMatchObject({ lost: true });
    presence.count(11, 105_000);
    expect(presence.judge(105_000, LIVE)).toEqual({ lost: false, at: 105_000 });
  });
});
