import type { SourceReport } from '../../cv-worker/src/evaluation/report.ts';
import { curveCells, evaluateCurve } from './matrix/curve.ts';
import type { Codec } from './matrix/cell.ts';
import { evaluateMatrix } from './matrix/index.ts';
import { evaluateLive } from './matrix/live/index.ts';

type SimulationOptions = {
  /** How many cells; all when undefined. */
  cells: number | undefined;
  /** Of the matrix; each cell's own when undefined. */
  codec: Codec | undefined;
  onCell: (done: number, of: number) => void;
};

/** Sources of simulated patients: clips, the curve of accuracy against face and bitrate, and the real SFU. */
export const SIMULATIONS = {
  matrix: evaluateMatrixOrPart,
  curve: ({ onCell }) => {
    const all = curveCells().length;
    return evaluateCurve({ onCell: (_, done) => onCell(done, all) });
  },
  live: ({ cells, onCell }) =>
    evaluateLive({ ...(cells !== undefined && { cells }), onCell: (_, done, of) => onCell(done, of) }),
} satisfies Record<string, (options: SimulationOptions) => Promise<SourceReport>>;

/**
 * A part of the matrix compares few seconds of few tones: it cannot tell whether they are equal. The targets are for
 * the frozen cells with their own codecs.
 */
async function evaluateMatrixOrPart({ cells, codec, onCell }: SimulationOptions): Promise<SourceReport> {
  const report = await evaluateMatrix({
    ...(cells !== undefined && { cells }),
    ...(codec !== undefined && { codec }),
    onCell: (_, done, of) => onCell(done, of),
  });
  if (codec !== undefined || cells === undefined) return report;
  const figures = Object.entries(report.figures).filter(([name]) => !name.startsWith('matrix.tones.'));
  const notes = [...report.notes, 'matrix: tones are compared by the whole matrix only.'];
  return { ...report, figures: Object.fromEntries(figures), notes };
}

export type Simulation = keyof typeof SIMULATIONS;
export const SIMULATION_NAMES = Object.keys(SIMULATIONS) as Simulation[];

export function isSimulation(source: string): source is Simulation {
  return Object.hasOwn(SIMULATIONS, source);
}
