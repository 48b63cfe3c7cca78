import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { parseSyntheticParameters } from '../../../device/src/synthetic/index.ts';
import { FACTORS, isPossible, isStill, LEVELS, TONES, type Cell } from './cell.ts';
import { design } from './design.ts';
import { formatCells, FROZEN_FILE, frozenCells, type FrozenCell } from './frozen.ts';

describe('the synthetic matrix', () => {
  const cells = frozenCells();

  test('is still the one that was frozen before anything was tuned on it', async () => {
    expect(formatCells(cells)).toBe(await readFile(FROZEN_FILE, 'utf8'));
  });

  test('has all pairs of levels that can meet in one patient', () => {
    const seen = new Set(cells.flatMap((cell) => pairsOf(cell)));
    const missing = allPairs().filter((pair) => !seen.has(pair));
    expect(missing).toEqual(impossiblePairs());
  });

  test.each(TONES)('sees tone %i as often as any other, and half of the time in still conditions', (tone) => {
    const ofTone = cells.filter((cell) => cell.tone === tone);
    expect(ofTone).toHaveLength(20);
    const still = ofTone.filter(isStill);
    expect(still).toHaveLength(10);
    expect(new Set(still.map(({ pulse }) => pulse)).size).toBe(10);
  });

  test('spreads what is hard evenly over the tones in still conditions', () => {
    for (const [factor, level] of [
      ['kilobits', 200],
      ['face', 0.25],
      ['light', 'dim'],
      ['frameRate', 7.5],
      ['loss', 0.3],
    ] as const) {
      const counts = TONES.map(
        (tone) =>
          cells.filter((cell) => isStill(cell) && cell.tone === tone && cell[factor] === level).length,
      );
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(4);
    }
  });

  test('is made of patients that can be drawn', () => {
    for (const { synthetic, pulse, breathing } of cells) {
      const parameters = parseSyntheticParameters(synthetic);
      expect(Math.abs(parameters.pulse[0].value - pulse)).toBeLessThanOrEqual(2);
      expect(Math.abs(parameters.breathing[0].value - breathing)).toBeLessThanOrEqual(1);
    }
  });

  test('is another one with another seed', () => {
    expect(design(7)).toHaveLength(200);
    expect(design(7)).not.toEqual(design());
  });
});

function pairsOf(cell: Cell | FrozenCell): string[] {
  const levels = FACTORS.map((factor) => `${factor}=${String(cell[factor])}`);
  return levels.flatMap((first, index) => levels.slice(index + 1).map((second) => `${first} ${second}`));
}

function allPairs(): string[] {
  return FACTORS.flatMap((first, index) =>
    FACTORS.slice(index + 1).flatMap((second) =>
      LEVELS[first].flatMap((a) => LEVELS[second].map((b) => `${first}=${String(a)} ${second}=${String(b)}`)),
    ),
  );
}

function impossiblePairs(): string[] {
  return LEVELS.pulse.flatMap((pulse) =>
    LEVELS.breathing
      .filter((breathing) => !isPossible({ pulse, breathing }))
      .map((breathing) => `pulse=${pulse} breathing=${breathing}`),
  );
}
