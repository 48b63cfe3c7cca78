import type { Scored } from '../../../cv-worker/src/evaluation/score.ts';
import { FACTORS, isStill, LEVELS, TONES, type Cell, type Factor } from './cell.ts';
import { scoreOf, wrongRuns, type Measured, type RateName } from './scoring.ts';

export type MatrixResult = Measured<Cell>;

/** What is known of one level of one factor. */
export type LevelSummary = { factor: Factor; level: string; cells: number; pulse: Scored; breathing: Scored };

/** Every level of every factor, over the given cells. */
export function byLevel(results: readonly MatrixResult[]): LevelSummary[] {
  return FACTORS.flatMap((factor) =>
    LEVELS[factor].flatMap((level) => {
      const chosen = results.filter(({ cell }) => cell[factor] === level);
      if (chosen.length === 0) return [];
      const total = (rate: RateName) => scoreOf(`matrix ${factor}`, rate, chosen).total();
      return [
        {
          factor,
          level: String(level),
          cells: chosen.length,
          pulse: total('pulse'),
          breathing: total('breathing'),
        },
      ];
    }),
  );
}

/** How equal tones are in still conditions. */
export type ToneSummary = {
  fewest: number | null;
  maeSpread: number | null;
  coverageSpread: number | null;
};

export function toneSummary(results: readonly MatrixResult[]): ToneSummary {
  const totals = TONES.map((tone) => {
    const chosen = results.filter(({ cell }) => cell.tone === tone && isStill(cell));
    return scoreOf(`tone ${tone}`, 'pulse', chosen).total();
  });
  return {
    fewest: Math.min(...totals.map(({ n }) => n)),
    maeSpread: spread(totals.map(({ mae }) => mae)),
    coverageSpread: spread(totals.map(({ coverage }) => coverage)),
  };
}

/** Null as long as one of the values is not known. */
function spread(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : Math.max(...known) - Math.min(...known);
}

export type WrongCell = { cell: Cell; fromMs: number; seconds: number; worst: number };

/** Where a wrong pulse was shown, the longest first. */
export function wrongCells(results: readonly MatrixResult[]): WrongCell[] {
  return results
    .flatMap(({ cell, measurement }) => wrongRuns(measurement).map((run) => ({ cell, ...run })))
    .sort((a, b) => b.seconds - a.seconds);
}
