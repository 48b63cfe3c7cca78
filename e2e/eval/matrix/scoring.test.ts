import { describe, expect, test } from '@jest/globals';
import { vitalSchema, type Vital } from '@haven/protocol';
import { balanced } from './index.ts';
import { isStill, TONES } from './cell.ts';
import { frozenCells } from './frozen.ts';
import { truthOf, type Measurement } from './measure.ts';
import { reportOf } from './report.ts';
import { wrongRuns } from './scoring.ts';

function vital(name: 'pulse' | 'breathing', at: number, value: number | null): Vital {
  return vitalSchema.parse({
    ...{ name, unit: '/min', value, quality: value === null ? 0 : 0.9, method: 'test', windowMs: 10_000 },
    state: value === null ? 'withheld' : 'measured',
    measuredAt: value === null ? null : at,
    reason: value === null ? 'weak-signal' : null,
  });
}

/** A clip of 40 s in which a pulse of 72 was said to be what `valueAt` says, second by second. */
function measurement(valueAt: (second: number) => number | null): Measurement {
  return {
    truth: truthOf('hr=72,rr=15', 40),
    seconds: Array.from({ length: 39 }, (_, index) => {
      const at = 1000 * (index + 1);
      return { at, pulse: vital('pulse', at, valueAt(index + 1)), breathing: vital('breathing', at, null) };
    }),
  };
}

describe('the score of a cell', () => {
  test('names how long and by how much a shown pulse was wrong', () => {
    const said = measurement((second) => {
      if (second < 10) return null;
      return second >= 20 && second < 28 ? 72 + second : 73;
    });
    expect(wrongRuns(said)).toEqual([{ fromMs: 20_000, seconds: 8, worst: 27 }]);
  });

  test('counts wrong stretches apart that withheld seconds part', () => {
    const said = measurement((second) => (second === 12 || second === 14 ? 140 : null));
    expect(wrongRuns(said).map(({ seconds }) => seconds)).toEqual([1, 1]);
  });

  test('calls a pulse right that is within ten a minute', () => {
    expect(wrongRuns(measurement(() => 81.9))).toEqual([]);
  });
});

describe('the report of the matrix', () => {
  const cells = frozenCells();
  const results = cells.map((cell) => ({
    cell,
    measurement: measurement((second) => (second < 10 ? null : cell.tone === 10 ? 75 : 73)),
  }));

  test('gives error and coverage of still conditions and how equal tones are', () => {
    const { figures } = reportOf(results);
    expect(figures['matrix.still.mae']).toBeCloseTo(1.2, 5);
    expect(figures['matrix.still.coverage']).toBe(1);
    expect(figures['matrix.tones.fewest']).toBe(300);
    expect(figures['matrix.tones.maeSpread']).toBeCloseTo(2, 5);
    expect(figures['matrix.tones.coverageSpread']).toBe(0);
    expect(figures['matrix.longestWrongSeconds']).toBe(0);
  });

  test('says that the spread of tones is unknown when one of them was never measured', () => {
    const silent = results.map((result) =>
      result.cell.tone === 4 ? { ...result, measurement: measurement(() => null) } : result,
    );
    const { figures } = reportOf(silent);
    expect(figures['matrix.tones.fewest']).toBe(0);
    expect(figures['matrix.tones.maeSpread']).toBeNull();
  });
});

describe('a part of the matrix', () => {
  test('has all tones equally often, half of them in still conditions', () => {
    const part = balanced(frozenCells(), 40);
    expect(part).toHaveLength(40);
    expect(part.filter(isStill)).toHaveLength(20);
    for (const tone of TONES) expect(part.filter((cell) => cell.tone === tone)).toHaveLength(4);
  });
});
