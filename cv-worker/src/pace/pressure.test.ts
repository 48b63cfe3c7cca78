import { describe, expect, test } from '@jest/globals';
import { PressureGauge, type LoadSample, type Pressure } from './pressure.ts';

const calm = { processor: 0.5, dropped: 0, latencyMs: 20 };

/** Ten seconds of a load, once a second. */
function after(load: Partial<typeof calm>, gauge = new PressureGauge(), from = 0): Pressure {
  const { processor, dropped, latencyMs } = { ...calm, ...load };
  let pressure: Pressure = 'fair';
  for (let second = from; second < from + 10; second++) {
    const sample: LoadSample = {
      now: second * 1000,
      processor: { busy: 2000 * second * processor, total: 2000 * second },
      framesAnalysed: 700 * second * (1 - dropped),
      framesDropped: 700 * second * dropped,
      latencyMs,
    };
    pressure = gauge.add(sample);
  }
  return pressure;
}

describe('pressure', () => {
  test.each([
    ['low on a machine with time to spare', {}, 'low'],
    ['fair when most processor time is used', { processor: 0.85 }, 'fair'],
    ['high when nearly all processor time is used', { processor: 0.95 }, 'high'],
    ['high when frames are dropped', { dropped: 0.05 }, 'high'],
    ['fair when a frame is dropped now and then', { dropped: 0.005 }, 'fair'],
    ['high when frames wait too long', { latencyMs: 260 }, 'high'],
    ['fair when frames wait a little', { latencyMs: 150 }, 'fair'],
  ] as const)('is %s', (_, load, expected) => {
    expect(after(load)).toBe(expected);
  });

  test('is not judged by the first seconds', () => {
    const gauge = new PressureGauge();
    const sample = { framesAnalysed: 0, framesDropped: 0, latencyMs: 900 };
    expect(gauge.add({ ...sample, now: 0, processor: { busy: 0, total: 0 } })).toBe('fair');
    expect(gauge.add({ ...sample, now: 1000, processor: { busy: 2000, total: 2000 } })).toBe('fair');
  });
});
