import { emptyReport, type SourceReport } from '../../../cv-worker/src/evaluation/report.ts';
import { decimal, percent, textTable } from '../../../cv-worker/src/evaluation/text-table.ts';
import type { Scored } from '../../../cv-worker/src/evaluation/score.ts';
import { NOISE_IN } from '../../../device/src/synthetic/parameters.ts';
import { FACES, KILOBITS } from './cell.ts';
import type { ClipCell } from './clip.ts';
import { runCells, type RunOptions } from './run-cells.ts';
import { scoreOf, type Measured } from './scoring.ts';
import { SENSOR_HEIGHT } from './synthetic.ts';

/** The layers that a device sends. */
const SIZES = [
  { width: 320, height: 240 },
  { width: 640, height: 480 },
] as const;
/** Light, medium and dark skin with rates that are no multiples of each other; calm, in office light. */
const PEOPLE = [
  { tone: 2, pulse: 66 },
  { tone: 6, pulse: 83 },
  { tone: 9, pulse: 107 },
] as const;
const SECONDS = 30;
const FRAME_RATE = 15;
const FIRST_SEED = 5000;

export type CurveCell = ClipCell & {
  size: { width: number; height: number };
  face: number;
  /** Height of the face in the picture as it is sent. */
  facePixels: number;
};
export type CurvePoint = Pick<CurveCell, 'size' | 'facePixels' | 'kilobits'> & Scored;

/** Every size of face at every bitrate, as VP8, in both layers. */
export function curveCells(): CurveCell[] {
  const points = SIZES.flatMap((size) =>
    FACES.flatMap((face) => KILOBITS.map((kilobits) => ({ size, face, kilobits }))),
  );
  return points.flatMap(({ size, face, kilobits }, point) =>
    PEOPLE.map(({ tone, pulse }, person): CurveCell => {
      const seed = FIRST_SEED + FACES.indexOf(face) * PEOPLE.length + person;
      const noise = (NOISE_IN.office * size.height) / SENSOR_HEIGHT;
      return {
        id: point * PEOPLE.length + person,
        synthetic: `seed=${seed},tone=monk${tone},hr=${pulse},rr=15,face=${face},noise=${noise}`,
        ...{ size, face, facePixels: Math.round(face * size.height), kilobits },
        ...{ codec: 'vp8', frameRate: FRAME_RATE, loss: 0, seconds: SECONDS },
      };
    }),
  );
}

/** Accuracy against the size of the face and the bitrate. */
export async function evaluateCurve(options: RunOptions<CurveCell> = {}): Promise<SourceReport> {
  const points = pointsOf(await runCells(curveCells(), options));
  const report = emptyReport();
  for (const { size, facePixels, kilobits, mae, coverage } of points) {
    const name = `curve.${size.width}x${size.height}.face${facePixels}.kbit${kilobits}`;
    report.figures[`${name}.mae`] = mae;
    report.figures[`${name}.coverage`] = coverage;
  }
  report.notes.push(...SIZES.map((size) => table(size, points)));
  return report;
}

export function pointsOf(results: readonly Measured<CurveCell>[]): CurvePoint[] {
  const groups = Map.groupBy(results, ({ cell: { size, facePixels, kilobits } }) =>
    [size.width, facePixels, kilobits].join(),
  );
  return [...groups.values()].map((group) => {
    const { size, facePixels, kilobits } = group[0].cell;
    return { size, facePixels, kilobits, ...scoreOf('curve', 'pulse', group).total() };
  });
}

function table({ width, height }: (typeof SIZES)[number], points: readonly CurvePoint[]): string {
  const rows = FACES.map((face) => {
    const facePixels = Math.round(face * height);
    const cells = KILOBITS.map((kilobits) => {
      const point = points.find(
        (each) => each.size.width === width && each.facePixels === facePixels && each.kilobits === kilobits,
      );
      return point === undefined ? '' : `${decimal(point.mae)} at ${percent(point.coverage)}`;
    });
    return [`${facePixels} pixels (${face * 100} %)`, ...cells];
  });
  const title = `${width}×${height}, height of the face`;
  return textTable([title, ...KILOBITS.map((kilobits) => `${kilobits} kbit/s`)], rows);
}
