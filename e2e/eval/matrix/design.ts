import { cellOf, FACTORS, isPossible, isStill, LEVELS, PULSES, TONES, type Cell } from './cell.ts';
import { OPEN, pairwiseRows, type Row } from './pairwise.ts';
import { Random } from './random.ts';

/** The frozen matrix is the design of this seed; another seed gives another matrix of the same kind. */
export const DESIGN_SEED = 20_261_122;

const STILL_ROWS = TONES.length * PULSES.length;

/** The calmest levels of what decides whether a cell is still. */
const CALM: Partial<Cell> = { motion: 'none', flicker: 'none', kilobits: 1500, face: 0.5 };
const CALMEST: Row = FACTORS.map((factor) =>
  Math.max(
    0,
    LEVELS[factor].findIndex((level) => level === CALM[factor]),
  ),
);
const DECIDING = [...FACTORS.keys()].filter((index) => FACTORS[index] in CALM);
const PAIRED = [FACTORS.indexOf('pulse'), FACTORS.indexOf('breathing')];

/**
 * The cells of the offline matrix, 200: all tones with all rates twice, once in still conditions and once in others,
 * so that tones are compared over the same rates and each over 300 seconds of still conditions; the other factors
 * cover all pairs. Still cells and others take turns.
 */
export function design(seed: number = DESIGN_SEED): Cell[] {
  const random = new Random(seed);
  const combinations = TONES.flatMap((_, tone) => PULSES.map((_level, pulse) => ({ tone, pulse })));
  const plan = [...random.shuffled(combinations), ...random.shuffled(combinations)];
  const rows = pairwiseRows({
    levels: FACTORS.map((factor) => LEVELS[factor].length),
    given: plan.map((levels) =>
      FACTORS.map((factor) => (factor === 'tone' || factor === 'pulse' ? levels[factor] : OPEN)),
    ),
    allowed: (row, index) => mayBecome(row, index < STILL_ROWS),
    compared: FACTORS.indexOf('tone'),
    seed,
  });
  return rows.slice(0, STILL_ROWS).flatMap((still, index) => {
    const id = 2 * index;
    return [cellOf(id, still), cellOf(id + 1, rows[STILL_ROWS + index])];
  });
}

/** Whether a row, as far as it is chosen, is possible and can still become a still one, or one that is not. */
function mayBecome(row: Row, still: boolean): boolean {
  const calmest = cellOf(
    0,
    row.map((level, index) => (level === OPEN ? CALMEST[index] : level)),
  );
  if (PAIRED.every((index) => row[index] !== OPEN) && !isPossible(calmest)) return false;
  if (still) return isStill(calmest);
  return DECIDING.some((index) => row[index] === OPEN) || !isStill(calmest);
}
