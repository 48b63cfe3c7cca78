import { describe, expect, test } from '@jest/globals';
import type { Vital } from '@haven/protocol';
import { ConstantReference, SampledReference } from './reference.ts';
import { Score } from './score.ts';
import { uncertainty } from './uncertainty.ts';

function pulse(state: Vital['state'], value: number | null, measuredAt: number, windowMs = 10_000): Vital {
  const reason = state === 'withheld' ? 'weak-signal' : null;
  return {
    name: 'pulse',
    unit: '/min',
    state,
    value,
    quality: 0.9,
    method: 'test',
    windowMs,
    measuredAt,
    reason,
  };
}
const score = () => new Score({ source: 'test', method: 'test', windowMs: 10_000, tolerance: 5 });
const sixty = new ConstantReference(60);

describe('a score', () => {
  test('covers the seconds with a measured value, from a full window on', () => {
    const found = score();
    found.add('one', 9000, 0, pulse('withheld', null, 9000), sixty);
    found.add('one', 10_000, 0, pulse('measured', 61, 10_000), sixty);
    found.add('one', 11_000, 0, pulse('held', 61, 10_000), sixty);
    found.add('one', 12_000, 0, pulse('withheld', null, 10_000), sixty);
    expect(found.total()).toMatchObject({ n: 1, mae: 1, eligible: 3, coverage: 1 / 3 });
  });

  test('counts the error of an early value from a shorter window, though no coverage', () => {
    const found = score();
    found.add('one', 8000, 0, pulse('measured', 70, 8000, 8000), sixty);
    expect(found.total()).toMatchObject({ n: 1, mae: 10, eligible: 0, coverage: null });
  });

  test('remembers how far a held value was off, against the truth of its own second', () => {
    const times = Float64Array.from({ length: 41 }, (_, i) => i * 1000);
    const rising = new SampledReference(
      times,
      times.map((time) => (time < 20_000 ? 60 : 90)),
    );
    const found = score();
    found.add('one', 15_000, 0, pulse('measured', 60, 15_000), rising);
    found.add('one', 35_000, 0, pulse('held', 60, 15_000), rising);
    expect(found.total()).toMatchObject({ n: 1, mae: 0, worstShown: 30 });
  });

  test('keeps subjects apart', () => {
    const found = score();
    found.add('one', 10_000, 0, pulse('measured', 61, 10_000), sixty);
    found.add('two', 10_000, 0, pulse('measured', 64, 10_000), sixty);
    expect(found.subjects).toEqual(['one', 'two']);
    expect(found.of('two')).toMatchObject({ n: 1, mae: 4, coverage: 1 });
    expect(found.total().mae).toBe(2.5);
  });

  test('knows its standard errors from leaving each subject out', () => {
    const found = score();
    found.add('one', 10_000, 0, pulse('measured', 61, 10_000), sixty);
    expect(uncertainty(found)).toEqual({ mae: null, within: null, coverage: null });
    found.add('two', 10_000, 0, pulse('measured', 65, 10_000), sixty);
    found.add('three', 10_000, 0, pulse('measured', 63, 10_000), sixty);
    // One value a subject: the jackknife is the standard error of a mean, of errors 1, 5 and 3.
    const { mae, coverage } = uncertainty(found);
    expect(mae).toBeCloseTo(2 / Math.sqrt(3), 9);
    expect(coverage).toBe(0);
  });
});
