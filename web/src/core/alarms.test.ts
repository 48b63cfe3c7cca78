import { describe, expect, test } from '@jest/globals';
import { ALARMS_OFF_AFTER_MS } from '@haven/protocol';
import { BURSTS, type TonePulse } from './alarm-tones.ts';
import { HeartbeatWatch } from './heartbeat-watch.ts';

describe('HeartbeatWatch', () => {
  test('alarms are lost four seconds after the last heartbeat, and there again with the next', () => {
    const watch = new HeartbeatWatch(0);
    watch.beat(1000);
    expect(watch.isLost(1000 + ALARMS_OFF_AFTER_MS)).toBe(false);
    expect(watch.isLost(1001 + ALARMS_OFF_AFTER_MS)).toBe(true);
    watch.beat(6000);
    expect(watch.isLost(6001)).toBe(false);
  });

  test('a wall that never had one has lost them as well', () => {
    expect(new HeartbeatWatch(0).isLost(ALARMS_OFF_AFTER_MS + 1)).toBe(true);
  });
});

/** Times between the end of a pulse and the beginning of the next, ms. */
function pauses(pulses: readonly TonePulse[]): number[] {
  return pulses.slice(1).map((pulse, index) => {
    const before = pulses[index]!;
    return Math.round((pulse.at - before.at - before.duration) * 1000);
  });
}

describe('alarm tones after IEC 60601-1-8', () => {
  test('a high alarm is ten pulses, twice three and two', () => {
    const { pulses, every } = BURSTS.high;
    expect(pulses).toHaveLength(10);
    const [a, b, group, d, repeat] = pauses(pulses);
    for (const spacing of [a!, b!, d!]) {
      expect(spacing).toBeGreaterThanOrEqual(50);
      expect(spacing).toBeLessThanOrEqual(125);
    }
    expect(group).toBeGreaterThan(125);
    expect(repeat).toBeGreaterThanOrEqual(350);
    expect(repeat).toBeLessThanOrEqual(1300);
    expect(every).toBeLessThanOrEqual(15);
  });

  test('a medium alarm is three pulses, a low one two', () => {
    expect(BURSTS.medium.pulses).toHaveLength(3);
    expect(BURSTS.low.pulses).toHaveLength(2);
  });

  test.each(Object.entries(BURSTS))(
    'the tones of %s lie where alarms are heard',
    (_name, { pulses, every }) => {
      const last = pulses.at(-1)!;
      expect(every).toBeGreaterThan(last.at + last.duration);
      for (const { frequency } of pulses) {
        expect(frequency).toBeGreaterThanOrEqual(150);
        expect(frequency).toBeLessThanOrEqual(1000);
      }
    },
  );
});
