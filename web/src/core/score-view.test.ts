import { describe, expect, test } from '@jest/globals';
import type { VitalView } from './freshness.ts';
import { viewScore } from './score-view.ts';

const shown = { quality: 0.9, method: 'POS', windowMs: 10_000, interval: null };
const live = (value: number): VitalView => ({ state: 'live', value, ...shown });
const held = (value: number): VitalView => ({ state: 'held', value, ...shown, ageMs: 7000 });
const withheld: VitalView = { state: 'withheld', reason: 'moving', words: 'Patient is moving' };

describe('the partial score on screen', () => {
  test.each([
    [live(72), live(14), 0, 'none', null],
    [live(95), held(22), 3, 'low', null],
    [live(135), live(14), 3, 'low-medium', null],
    [live(135), live(26), 6, 'medium', null],
    [live(95), withheld, 1, 'low', 'breathing'],
    [live(95), null, 1, 'low', 'breathing'],
    [withheld, live(26), 3, 'low-medium', 'pulse'],
  ] as const)('of %o and %o', (pulse, breathing, total, band, missing) => {
    expect(viewScore(pulse, breathing)).toMatchObject({ score: { total }, band, missing });
  });

  test('is not there when nothing fresh was measured', () => {
    expect(viewScore(withheld, null)).toBeNull();
  });
});
