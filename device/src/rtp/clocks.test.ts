import { describe, expect, test } from '@jest/globals';
import { absoluteSendTime, ntpTime, roundTripMs } from './clocks.ts';

const middle = (ntp: bigint) => Number((ntp >> 16n) & 0xffffffffn);

describe('clocks', () => {
  test('an NTP timestamp is the wall clock since 1900', () => {
    const now = performance.now();
    const unixMs = (Number(ntpTime(now) >> 32n) - 2_208_988_800) * 1000;
    expect(Math.abs(unixMs - Date.now())).toBeLessThan(2000);
  });

  test('the round trip is what passed since the report, without the time that the receiver kept it', () => {
    const sentAt = 5000;
    const kept = Math.round(0.3 * 65_536);
    expect(roundTripMs(middle(ntpTime(sentAt)), kept, sentAt + 342)).toBeCloseTo(42, 0);
  });

  test('there is no round trip before the receiver saw a report', () => {
    expect(roundTripMs(0, 0, 1000)).toBeUndefined();
  });

  test('the absolute send time has eighteen bits behind the point and wraps after 64 seconds', () => {
    expect(absoluteSendTime(1500)).toEqual(Buffer.from([0x06, 0, 0]));
    expect(absoluteSendTime(65_500)).toEqual(absoluteSendTime(1500));
  });
});
