import { calibration, type Calibration } from './calibration.ts';
import type { Score, ScoreOptions, Scored } from './score.ts';
import { uncertainty, type Uncertainty } from './uncertainty.ts';

/** Figures by name, `source.vital.figure`: what targets are put to; null where there was nothing to measure. */
export type Figures = Record<string, number | null>;

/** One line of the table, and what stands behind it. */
export type Row = ScoreOptions & {
  vital: 'pulse' | 'breathing';
  total: Scored;
  subjects: Record<string, Scored>;
  uncertainty: Uncertainty;
  calibration: Calibration;
};

/** Variability of one record: beside the reference where it was measured, with the reason where it was withheld. */
export type VariabilityRecord = { subject: string } & (
  { sdnn: Compared; rmssd: Compared; windowMs: number } | { withheld: string }
);
/** Milliseconds. */
export type Compared = { value: number; reference: number };

/** What a source gives to the report. */
export type SourceReport = {
  rows: Row[];
  variability: VariabilityRecord[];
  figures: Figures;
  /** Sentences on what was left out, and why. */
  notes: string[];
};

export function emptyReport(): SourceReport {
  return { rows: [], variability: [], figures: {}, notes: [] };
}

/** The score as a line of the table and as figures that begin with `prefix`. */
export function addScore(report: SourceReport, prefix: string, vital: Row['vital'], score: Score): void {
  const total = score.total();
  report.rows.push({
    ...score.options,
    vital,
    total,
    subjects: Object.fromEntries(score.subjects.map((subject) => [subject, score.of(subject)])),
    uncertainty: uncertainty(score),
    calibration: calibration(score.judgements, score.options.tolerance),
  });
  for (const [name, value] of Object.entries(total)) report.figures[`${prefix}.${vital}.${name}`] = value;
}

export function merge(reports: readonly SourceReport[]): SourceReport {
  const merged = emptyReport();
  for (const { rows, variability, figures, notes } of reports) {
    merged.rows.push(...rows);
    merged.variability.push(...variability);
    merged.notes.push(...notes);
    Object.assign(merged.figures, figures);
  }
  return merged;
}
