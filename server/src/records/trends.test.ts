import { describe, expect, test } from '@jest/globals';
import { trendSchema } from '@haven/protocol';
import { spanOfAlert, spanOfHours, trendsOf } from './trends.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const noon = Date.UTC(2026, 10, 22, 12);

describe('the span of a trend', () => {
  test.each([
    [1, MINUTE, 60],
    [8, MINUTE, 480],
    [24, MINUTE, 1440],
    [168, HOUR, 168],
    [720, HOUR, 720],
  ])('of %d hours has steps of %d ms, and %d of them', (hours, stepMs, steps) => {
    const span = spanOfHours(hours, noon + 12_345);
    expect(span.stepMs).toBe(stepMs);
    expect((span.until - span.since) / stepMs).toBe(steps);
    expect(span.since % stepMs).toBe(0);
  });

  test('ends with the minute that runs, and with the last one when that is just over', () => {
    expect(spanOfHours(1, noon + 1).until).toBe(noon + MINUTE);
    expect(spanOfHours(1, noon).until).toBe(noon);
  });
});

describe('the span of an alert', () => {
  test('is from a quarter of an hour before it began until a quarter after it cleared', () => {
    const span = spanOfAlert({ startedAt: noon + 5000, clearedAt: noon + HOUR }, noon + 5 * HOUR);
    expect(span).toEqual({ stepMs: MINUTE, since: noon - 15 * MINUTE, until: noon + HOUR + 15 * MINUTE });
  });

  test('ends now while the alert is present or has just cleared', () => {
    const now = noon + 20 * MINUTE;
    expect(spanOfAlert({ startedAt: noon, clearedAt: null }, now).until).toBe(now);
    expect(spanOfAlert({ startedAt: noon, clearedAt: noon + 19 * MINUTE }, now).until).toBe(now);
  });

  test('is a day at most, and a minute at least even where the clock was set back', () => {
    const long = spanOfAlert({ startedAt: noon, clearedAt: null }, noon + 100 * HOUR);
    expect(long.until - long.since).toBe(24 * HOUR);
    const early = spanOfAlert({ startedAt: noon, clearedAt: null }, noon - HOUR);
    expect(early.until - early.since).toBe(MINUTE);
  });
});

describe('a trend', () => {
  const span = { stepMs: MINUTE, since: noon, until: noon + 3 * MINUTE };

  test('has every vital with every minute, and no value where nothing was measured', () => {
    const stored = { at: [noon / MINUTE + 1], mean: [72.5], low: [70], high: [75], seconds: [30] };
    const trends = trendsOf({ pulse: stored }, span);
    expect(trends.map(({ name }) => name)).toEqual(['pulse', 'breathing', 'motion']);
    expect(trends[0]?.points).toEqual([
      { at: noon, mean: null, low: null, high: null, coverage: 0 },
      { at: noon + MINUTE, mean: 72.5, low: 70, high: 75, coverage: 0.5 },
      { at: noon + 2 * MINUTE, mean: null, low: null, high: null, coverage: 0 },
    ]);
    for (const trend of trends) expect(trendSchema.parse(trend)).toEqual(trend);
  });

  test('covers a minute no more than once, although a stream that was taken over measured a second twice', () => {
    const stored = { at: [noon / MINUTE], mean: [72], low: [70], high: [75], seconds: [61] };
    const [pulse] = trendsOf({ pulse: stored }, span);
    expect(pulse?.points[0]?.coverage).toBe(1);
  });
});
