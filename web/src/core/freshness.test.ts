import { describe, expect, test } from '@jest/globals';
import { aPulse, T0 } from '../testing/fixtures.ts';
import { viewInterval, viewQuality, viewVital, type VitalFreshness } from './freshness.ts';

const fresh: VitalFreshness = {
  vital: aPulse(),
  receivedAt: T0,
  now: T0,
  serverNow: T0,
  streaming: true,
  connected: true,
};

describe('viewVital', () => {
  test('a value measured just now is live', () => {
    expect(viewVital(fresh)).toEqual({
      ...{ state: 'live', value: 72.3, quality: 0.93, method: 'POS+CHROM' },
      ...{ windowMs: 10_000, interval: null },
    });
  });

  test('a held value is live for five seconds after it was measured, then grey with its age', () => {
    const held = { ...fresh, vital: aPulse({ state: 'held' }) };
    expect(viewVital({ ...held, serverNow: T0 + 4999 }).state).toBe('live');
    expect(viewVital({ ...held, serverNow: T0 + 7200 })).toMatchObject({ state: 'held', ageMs: 7200 });
  });

  test('a value disappears after fifteen seconds, with words', () => {
    expect(viewVital({ ...fresh, serverNow: T0 + 15_000 })).toEqual({
      state: 'withheld',
      reason: 'stale',
      words: 'No recent measurement',
    });
  });

  test('a value ages by the time since it arrived, whatever the clocks say', () => {
    const skewed = { ...fresh, serverNow: T0 - 3_600_000 };
    expect(viewVital({ ...skewed, now: T0 + 6000 })).toMatchObject({ state: 'held', ageMs: 6000 });
    expect(viewVital({ ...skewed, now: T0 + 16_000 }).state).toBe('withheld');
  });

  test('no value looks live while signalling is lost', () => {
    expect(viewVital({ ...fresh, connected: false }).state).toBe('held');
  });

  test('a withheld value gives its reason in words', () => {
    const vital = aPulse({ state: 'withheld', value: null, reason: 'moving' });
    expect(viewVital({ ...fresh, vital })).toMatchObject({ words: 'Patient is moving' });
  });

  test('without a stream there is no value, however recent the last one', () => {
    expect(viewVital({ ...fresh, streaming: false })).toMatchObject({ reason: 'no-picture' });
  });

  test('before the first vital of a stream it says that it is measuring', () => {
    expect(viewVital({ ...fresh, vital: undefined })).toMatchObject({ reason: 'starting' });
  });
});

describe('how far a value may be off', () => {
  test.each([
    [{ low: 69.5, high: 75.5 }, 4],
    [{ low: 71, high: 80 }, 8],
    [{ low: 72.2, high: 72.4 }, 1],
  ])('by the interval %j is %d on the wider side, never less than one', (interval, off) => {
    expect(viewInterval(viewVital({ ...fresh, vital: aPulse({ interval }) }))).toBe(off);
  });

  test('is not said where it is not known, or where there is no value', () => {
    expect(viewInterval(viewVital(fresh))).toBeNull();
    expect(viewInterval(viewVital({ ...fresh, streaming: false }))).toBeNull();
  });
});

test('quality is told by bars and a word', () => {
  expect([0.95, 0.8, 0.6, 0.2].map((quality) => viewQuality(quality).words)).toEqual([
    'good',
    'fair',
    'low',
    'poor',
  ]);
});
