import { describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { clearestWindow, spectrumWindow } from './clearest-window.ts';

const RATE_HZ = 25;
const sine = (perMin: number, i: number) => Math.sin((2 * Math.PI * perMin * i) / (60 * RATE_HZ));

function pulse(measuredAt: number, quality: number, state: Vital['state'] = 'measured'): { pulse: Vital } {
  return {
    pulse: {
      ...{ name: 'pulse', unit: '/min', state, value: 66, quality, method: 'test', windowMs: 10_000 },
      ...{ measuredAt, reason: null },
    },
  };
}
/** Blank until a time, then a pulse of 66 a minute. */
const waveform = (blankS: number) => ({
  ...{ startAt: 1000, rateHz: RATE_HZ },
  samples: Array.from({ length: 40 * RATE_HZ }, (_, i) => (i < blankS * RATE_HZ ? null : sine(66, i))),
});

describe('the clearest window', () => {
  test('is the measured one of the highest quality, with its spectrum', () => {
    const found = clearestWindow(
      [pulse(21_000, 0.8), pulse(26_000, 0.9), pulse(31_000, 0.95, 'held')],
      waveform(0),
    );
    expect(found).toMatchObject({ fromMs: 16_000, toMs: 26_000, reading: { perMin: 66, quality: 0.9 } });
    const { perMin, power } = found?.spectrum ?? { perMin: [], power: [] };
    expect(perMin[power.indexOf(1)]).toBe(66);
  });

  test('is rather one whose waveform is known throughout', () => {
    const found = clearestWindow([pulse(21_000, 0.99), pulse(31_000, 0.7)], waveform(14));
    expect(found).toMatchObject({ fromMs: 21_000, toMs: 31_000, reading: { quality: 0.7 } });
  });

  test('is none where no pulse was believed for five seconds', () => {
    expect(clearestWindow([pulse(21_000, 0.9, 'held')], waveform(0))).toBeNull();
    expect(clearestWindow([pulse(21_000, 0.9)], waveform(16))).toBeNull();
    expect(clearestWindow([], waveform(0))).toBeNull();
  });
});

test('the spectrum of a signal that does not change is flat, not broken', () => {
  const { spectrum } = spectrumWindow(0, new Float64Array(250), RATE_HZ, null);
  expect(spectrum.power.every((value) => value === 0)).toBe(true);
});
