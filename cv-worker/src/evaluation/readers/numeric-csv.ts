import { parse, CsvError } from 'csv-parse/sync';
import { RecordingError } from '../recording-error.ts';

/** Columns of numbers below one line of names. */
export type NumericTable = { header: string[]; columns: Float64Array[] };

export type NumericCsvOptions = {
  /** Where the text is from, for the sentences of errors. */
  source: string;
  /** Whether an empty cell or `NaN` stands for a missing number; otherwise it is an error. */
  missing?: boolean;
};

/** @throws RecordingError naming the source and the row when the text is no table of numbers */
export function parseNumericCsv(text: string, options: NumericCsvOptions): NumericTable {
  const lines = parseRecords(text, options.source);
  if (lines.length === 0) throw new RecordingError(`${options.source} is empty.`);
  const [header, ...records] = lines;
  if (records.length === 0) throw new RecordingError(`${options.source} has no rows below its header.`);
  const columns = header.map(() => new Float64Array(records.length));
  records.forEach((record, row) => {
    record.forEach((cell, column) => {
      columns[column][row] = parseCell(cell, options, header[column], row);
    });
  });
  return { header, columns };
}

/** The columns of these names, in this order. */
export function namedColumns(table: NumericTable, names: readonly string[], source: string): Float64Array[] {
  return names.map((name) => {
    const index = table.header.indexOf(name);
    if (index === -1) {
      throw new RecordingError(
        `${source} has no column “${name}”; its columns are ${table.header.join(', ')}.`,
      );
    }
    return table.columns[index];
  });
}

function parseRecords(text: string, source: string): string[][] {
  try {
    return parse(text, { trim: true, skip_empty_lines: true, bom: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new RecordingError(`${source} is no table of comma-separated values: ${cause.message}.`, { cause });
  }
}

function parseCell(cell: string, { source, missing }: NumericCsvOptions, name: string, row: number): number {
  const isMissing = cell === '' || cell.toLowerCase() === 'nan';
  if (isMissing && missing) return NaN;
  const value = isMissing ? NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw new RecordingError(
    `${source}: row ${String(row + 2)} has “${cell}” for ${name}, which is no number.`,
  );
}
