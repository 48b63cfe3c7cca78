import { addScore, emptyReport, type SourceReport } from '../../../cv-worker/src/evaluation/report.ts';
import { decimal, percent, textTable } from '../../../cv-worker/src/evaluation/text-table.ts';
import { isStill } from './cell.ts';
import { scoreOf } from './scoring.ts';
import {
  byLevel,
  toneSummary,
  wrongCells,
  type LevelSummary,
  type MatrixResult,
  type WrongCell,
} from './summary.ts';

/** Longer ones are counted and not listed. */
const MAX_LISTED = 20;
/** A pulse may be wrong for so long at most, s. */
const TOLERATED_SECONDS = 5;

/** The matrix as the evaluation prints it: rows of the table, figures for the targets, tables of levels. */
export function reportOf(results: readonly MatrixResult[], name = 'matrix'): SourceReport {
  const report = emptyReport();
  const still = results.filter(({ cell }) => isStill(cell));
  const stillPulse = scoreOf(`${name}, still`, 'pulse', still);
  addScore(report, `${name}.still`, 'pulse', stillPulse);
  addScore(report, `${name}.all`, 'pulse', scoreOf(`${name}, all`, 'pulse', results));
  addScore(report, `${name}.still`, 'breathing', scoreOf(`${name}, still`, 'breathing', still));
  addScore(report, `${name}.all`, 'breathing', scoreOf(`${name}, all`, 'breathing', results));
  const { mae, coverage } = stillPulse.total();
  report.figures[`${name}.still.mae`] = mae;
  report.figures[`${name}.still.coverage`] = coverage;
  for (const [figure, value] of Object.entries(toneSummary(results))) {
    report.figures[`${name}.tones.${figure}`] = value;
  }
  const wrong = wrongCells(results);
  report.figures[`${name}.longestWrongSeconds`] = wrong.at(0)?.seconds ?? 0;
  report.notes.push(
    `${name}: ${results.length} cells, ${still.length} of them in still conditions.`,
    levels(`${name}, still conditions`, byLevel(still)),
    levels(`${name}, all conditions`, byLevel(results)),
    wrongRuns(name, wrong),
  );
  return report;
}

function levels(title: string, summaries: readonly LevelSummary[]): string {
  const rows = summaries.map(({ factor, level, cells, pulse, breathing }) => [
    `${factor} ${level}`,
    String(cells),
    ...[String(pulse.n), decimal(pulse.mae), percent(pulse.within), percent(pulse.coverage)],
    decimal(pulse.worstShown, 1),
    ...[String(breathing.n), decimal(breathing.mae), percent(breathing.within), percent(breathing.coverage)],
  ]);
  const header = [
    ...[title, 'cells', 'pulse n', 'MAE', 'within 5', 'coverage', 'worst shown'],
    ...['breathing n', 'MAE', 'within 3', 'coverage'],
  ];
  return textTable(header, rows);
}

function wrongRuns(name: string, wrong: readonly WrongCell[]): string {
  const long = wrong.filter(({ seconds }) => seconds > TOLERATED_SECONDS);
  const title = `${name}: wrong by more than 10 for longer than ${TOLERATED_SECONDS} s: ${long.length} times`;
  if (wrong.length === 0) return title;
  const rows = wrong
    .slice(0, MAX_LISTED)
    .map(({ cell, fromMs, seconds, worst }) => [
      `cell ${cell.id}: ${describe(cell)}`,
      `${(fromMs / 1000).toFixed(0)} s`,
      `${seconds} s`,
      decimal(worst, 1),
    ]);
  return `${title}\n${textTable(['longest first', 'from', 'for', 'worst'], rows)}`;
}

function describe({ id: _, ...factors }: WrongCell['cell']): string {
  return Object.entries(factors)
    .filter(([factor]) => factor !== 'synthetic')
    .map(([factor, level]) => `${factor} ${String(level)}`)
    .join(', ');
}
