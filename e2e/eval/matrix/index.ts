/** The synthetic matrix: a frozen design of simulated patients, rendered, encoded, decoded and measured. */
import type { SourceReport } from '../../../cv-worker/src/evaluation/report.ts';
import { isStill, TONES, type Codec } from './cell.ts';
import { frozenCells, type FrozenCell } from './frozen.ts';
import { reportOf } from './report.ts';
import { runCells } from './run-cells.ts';
import type { MatrixResult } from './summary.ts';

export type MatrixOptions = {
  /** How many cells; fewer than all are chosen evenly over tones and conditions. */
  cells?: number;
  /** Instead of each cell's own: what the codec alone makes of the same pictures. */
  codec?: Codec;
  processes?: number;
  onCell?: (cell: FrozenCell, done: number, of: number) => void;
};

/** Measures the offline matrix, or an even part of it. */
export async function runMatrix({ cells, codec, processes, onCell }: MatrixOptions = {}): Promise<
  MatrixResult[]
> {
  const all = frozenCells().map((cell) => (codec === undefined ? cell : { ...cell, codec }));
  const chosen = cells === undefined ? all : balanced(all, cells);
  return runCells(chosen, {
    ...(processes === undefined ? {} : { processes }),
    onCell: (cell, done) => onCell?.(cell, done, chosen.length),
  });
}

/** The offline matrix as a source of `npm run eval`. */
export async function evaluateMatrix(options: MatrixOptions = {}): Promise<SourceReport> {
  return reportOf(
    await runMatrix(options),
    options.codec === undefined ? 'matrix' : `matrix ${options.codec}`,
  );
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
