/** The synthetic matrix: a frozen design of simulated patients, rendered, encoded, decoded and measured. */
import type { SourceReport } from '../../../cv-worker/src/evaluation/report.ts';
import { isStill, TONES } from './cell.ts';
import { frozenCells, type FrozenCell } from './frozen.ts';
import { reportOf } from './report.ts';
import { runCells } from './run-cells.ts';
import type { MatrixResult } from './summary.ts';

export type MatrixOptions = {
  /** How many cells; fewer than all are chosen evenly over tones and conditions. */
  cells?: number;
  processes?: number;
  onCell?: (cell: FrozenCell, done: number, of: number) => void;
};

/** Measures the offline matrix, or an even part of it. */
export async function runMatrix({ cells, processes, onCell }: MatrixOptions = {}): Promise<MatrixResult[]> {
  const all = frozenCells();
  const chosen = cells === undefined ? all : balanced(all, cells);
  return runCells(chosen, {
    ...(processes === undefined ? {} : { processes }),
    onCell: (cell, done) => onCell?.(cell, done, chosen.length),
  });
}

/** The offline matrix as a source of `npm run eval`. */
export async function evaluateMatrix(options: MatrixOptions = {}): Promise<SourceReport> {
  return reportOf(await runMatrix(options));
}

/** The first cells of each tone, still ones and others in turn, until there are enough. */
export function balanced(cells: readonly FrozenCell[], count: number): FrozenCell[] {
  const groups = TONES.flatMap((tone) => {
    const ofTone = cells.filter((cell) => cell.tone === tone);
    return [ofTone.filter(isStill), ofTone.filter((cell) => !isStill(cell))];
  });
  const longest = Math.max(...groups.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, round) =>
    groups.flatMap((group) => group.slice(round, round + 1)),
  );
  return inTurn
    .flat()
    .slice(0, count)
    .toSorted((a, b) => a.id - b.id);
}
