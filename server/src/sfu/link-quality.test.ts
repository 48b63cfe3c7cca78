import { expect, test } from '@jest/globals';
import { BETTER_AFTER_MS, LinkQualityMeter, rate, WORSE_AFTER_MS } from './link-quality.ts';

const GOOD = { silent: false, lossFraction: 0 };
const POOR = { silent: false, lossFraction: 0.2 };
const LOST = { silent: true, lossFraction: 0 };

test.each([
  [GOOD, 'good'],
  [{ ...GOOD, lossFraction: 0.02 }, 'fair'],
  [{ ...GOOD, roundTripMs: 300 }, 'fair'],
  [{ ...GOOD, reduced: true }, 'fair'],
  [{ ...GOOD, score: 7 }, 'fair'],
  [{ ...GOOD, lossFraction: 0.1 }, 'poor'],
  [{ ...GOOD, roundTripMs: 900 }, 'poor'],
  [{ ...GOOD, score: 4 }, 'poor'],
  [{ ...GOOD, stills: 1 }, 'poor'],
  [LOST, 'lost'],
] as const)('%j is %s', (sample, quality) => {
  expect(rate(sample)).toBe(quality);
});

test('worse is told after a while, and not when it was only a moment', () => {
  const meter = new LinkQualityMeter();
  expect(meter.judge(POOR, 0)).toBe(false);
  expect(meter.judge(GOOD, 1_000)).toBe(false);
  expect(meter.judge(POOR, 2_000)).toBe(false);
  expect(meter.judge(POOR, 2_000 + WORSE_AFTER_MS - 1)).toBe(false);
  expect(meter.judge(POOR, 2_000 + WORSE_AFTER_MS)).toBe(true);
  expect(meter.level).toBe('poor');
});

test('better is told later than worse', () => {
  const meter = new LinkQualityMeter();
  meter.judge(POOR, 0);
  meter.judge(POOR, WORSE_AFTER_MS);
  meter.judge(GOOD, 10_000);
  expect(meter.judge(GOOD, 10_000 + BETTER_AFTER_MS - 1)).toBe(false);
  expect(meter.judge(GOOD, 10_000 + BETTER_AFTER_MS)).toBe(true);
  expect(meter.level).toBe('good');
});

test('a link that is lost is told at once', () => {
  const meter = new LinkQualityMeter();
  expect(meter.judge(LOST, 0)).toBe(true);
  expect(meter.level).toBe('lost');
});
