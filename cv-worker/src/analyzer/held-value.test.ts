import { describe, expect, test } from '@jest/globals';
import { vitalSchema } from '@haven/protocol';
import { HeldValue, HOLD_MS } from './held-value.ts';

const accepted = { value: 71.96, quality: 0.9, method: 'pos+chrom', windowMs: 10_000, at: 20_000 };

describe('a held value', () => {
  test('is withheld with its reason before anything was accepted', () => {
    const held = new HeldValue('pulse');
    expect(held.vitalAt(1000)).toMatchObject({ state: 'withheld', reason: 'starting', measuredAt: null });
    held.refuse('weak-signal');
    expect(held.vitalAt(2000)).toMatchObject({ state: 'withheld', value: null, reason: 'weak-signal' });
  });

  test('is measured in the second of its window, with one decimal', () => {
    const held = new HeldValue('pulse');
    held.accept(accepted);
    expect(held.vitalAt(20_040)).toMatchObject({ state: 'measured', value: 72, reason: null });
  });

  test('is held with the time of its window until it is too old, then withheld for the latest reason', () => {
    const held = new HeldValue('pulse');
    held.accept(accepted);
    held.refuse('disagreement');
    expect(held.vitalAt(21_000)).toMatchObject({ state: 'held', value: 72, measuredAt: 20_000 });
    expect(held.vitalAt(20_000 + HOLD_MS).state).toBe('held');
    expect(held.vitalAt(20_001 + HOLD_MS)).toMatchObject({
      state: 'withheld',
      reason: 'disagreement',
      measuredAt: 20_000,
    });
    expect(held.valueAt(20_001 + HOLD_MS)).toBeNull();
  });

  test('is not taken for measured when nothing was judged since', () => {
    const held = new HeldValue('pulse');
    held.accept(accepted);
    expect(held.vitalAt(23_000).state).toBe('held');
  });

  test('that is judged more seldom counts as measured for longer, in its own unit', () => {
    const held = new HeldValue('rmssd', 6000);
    held.accept(accepted);
    expect(held.vitalAt(25_000)).toMatchObject({ state: 'measured', unit: 'ms' });
    expect(held.vitalAt(26_500).state).toBe('held');
  });

  test('carries its interval with one decimal', () => {
    const held = new HeldValue('breathing');
    held.accept({ ...accepted, interval: { low: 70.123, high: 74.04 } });
    expect(held.vitalAt(20_000).interval).toEqual({ low: 70.1, high: 74 });
  });

  test('is gone at once when blocked, and stays gone', () => {
    const held = new HeldValue('breathing');
    held.accept(accepted);
    held.block('covered');
    expect(held.vitalAt(20_001)).toMatchObject({ state: 'withheld', reason: 'covered', measuredAt: null });
    held.refuse('starting');
    expect(held.vitalAt(21_000)).toMatchObject({ state: 'withheld', reason: 'starting' });
  });

  test('is always what the protocol allows', () => {
    const held = new HeldValue('pulse');
    expect(vitalSchema.safeParse(held.vitalAt(0)).success).toBe(true);
    held.accept({ ...accepted, at: 20_000.4 });
    expect(vitalSchema.safeParse(held.vitalAt(20_000.4)).success).toBe(true);
    held.block('frozen');
    expect(vitalSchema.safeParse(held.vitalAt(20_001)).success).toBe(true);
  });
});
