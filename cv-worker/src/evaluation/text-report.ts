import type { Row, SourceReport, VariabilityRecord } from './report.ts';
import type { Scored } from './score.ts';
import { describeTarget, type Verdict } from './targets.ts';
import { decimal, percent, textTable } from './text-table.ts';

const RATE_HEADER = [
  ...['source', 'method', 'n', 'MAE', 'RMSE', 'median', 'within 5|3', 'within 10 %', 'within either'],
  ...['Pearson', 'coverage', 'worst shown'],
];

/** The whole report for people at a terminal. */
export function textReport(
  report: SourceReport,
  verdicts: readonly Verdict[],
  options: { subjects: boolean },
): string {
  const sections = [
    rates(report.rows, options.subjects),
    report.rows.flatMap(withUncertainty).join('\n'),
    ...report.rows.map(reliability),
    variability(report.variability),
    targets(verdicts),
    // A note may be a table of its own.
    report.notes.map((note) => (note.includes('\n') ? `\n${note}\n` : note)).join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function rates(rows: readonly Row[], withSubjects: boolean): string {
  if (rows.length === 0) return '';
  const lines = rows.flatMap(({ source, vital, method, total, subjects }) => [
    [`${source} ${vital}`, method, ...figures(total)],
    ...(withSubjects
      ? Object.entries(subjects).map(([subject, scored]) => [`  ${subject}`, '', ...figures(scored)])
      : []),
  ]);
  return textTable(RATE_HEADER, lines, 2);
}

function figures(scored: Scored): string[] {
  return [
    String(scored.n),
    ...[scored.mae, scored.rmse, scored.median].map((value) => decimal(value)),
    ...[scored.within, scored.withinTenth, scored.withinEither].map(percent),
    decimal(scored.pearson),
    percent(scored.coverage),
    decimal(scored.worstShown, 1),
  ];
}

function withUncertainty({ source, vital, total, subjects, uncertainty }: Row): string[] {
  const { mae, within, coverage } = uncertainty;
  if (mae === null) return [];
  return [
    `${source} ${vital}, of ${String(Object.keys(subjects).length)} subjects, with standard errors: ` +
      `MAE ${decimal(total.mae)} ± ${decimal(mae)}, within ${percent(total.within)} ± ${percent(within)}, ` +
      `coverage ${percent(total.coverage)} ± ${percent(coverage)}`,
  ];
}

function reliability({ source, vital, tolerance, calibration }: Row): string {
  if (calibration.expectedError === null) return '';
  const title = `${source} ${vital}: of values with this quality, the share within ${String(tolerance)}`;
  const bins = calibration.bins.map(({ from, to, n, quality, share }) => [
    `${from.toFixed(1)}–${to.toFixed(1)}`,
    String(n),
    decimal(quality),
    decimal(share),
  ]);
  const inside = `reference inside the 95 % interval ${percent(calibration.insideInterval)}`;
  return [
    title,
    textTable(['quality', 'n', 'mean quality', 'share right'], bins),
    `expected calibration error ${decimal(calibration.expectedError, 3)}; ${inside}`,
  ].join('\n');
}

function variability(records: readonly VariabilityRecord[]): string {
  if (records.length === 0) return '';
  const rows = records.map((record) => {
    if ('withheld' in record) return [record.subject, `withheld: ${record.withheld}`, '', '', '', '', ''];
    const { sdnn, rmssd, windowMs } = record;
    return [
      record.subject,
      'measured',
      ...[sdnn.value, sdnn.reference, rmssd.value, rmssd.reference].map((value) => decimal(value, 1)),
      `${(windowMs / 1000).toFixed(0)} s`,
    ];
  });
  return textTable(['variability, ms', '', 'SDNN', 'reference', 'RMSSD', 'reference', 'window'], rows, 2);
}

function targets(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(
      ({ target, value, met }) =>
        `${met ? 'met   ' : 'MISSED'} ${describeTarget(target)}: ${decimal(value, 3)}`,
    )
    .join('\n');
}
