import { BACKGROUND, channelIndex, SKIN_SAMPLE_LENGTH, type SkinSample } from '../../skin-sample.ts';
import { RecordingError } from '../recording-error.ts';
import { readText } from './files.ts';
import { namedColumns, parseNumericCsv, type NumericTable } from './numeric-csv.ts';

export type Colours = { red: Float64Array; green: Float64Array; blue: Float64Array };
/** Mean colours (0–255) of one patch of skin, and perhaps of the background, at the pictures' true times. */
export type ColourTrace = { timesMs: Float64Array; skin: Colours; background: Colours | null };

/** Longer than any night: a time beyond it is a mistake in the file. */
const MAX_DURATION_H = 24;
const MAX_LEVEL = 255;

/** The columns of each accepted header. Times are in ms. */
const LAYOUTS = [
  { time: 'time', skin: ['R', 'G', 'B'] },
  { time: 'time_ms', skin: ['red', 'green', 'blue'] },
] as const;
const BACKGROUND_COLUMNS = ['background_red', 'background_green', 'background_blue'] as const;

/** What is done with a picture that is not later than the one before it. */
export type TimeRule = 'refuse' | 'leave out';

/**
 * Reads `time,R,G,B` or `time_ms,red,green,blue`, the latter perhaps with
 * `background_red,background_green,background_blue`. Further columns are ignored.
 *
 * @throws RecordingError when the file is missing, empty, too large, has other columns, a cell that is no number, or
 * times that do not rise
 */
export async function readColourTrace(path: string, rule: TimeRule = 'refuse'): Promise<ColourTrace> {
  return parseColourTrace(await readText(path), path, rule);
}

export function parseColourTrace(text: string, source: string, rule: TimeRule = 'refuse'): ColourTrace {
  const read = parseNumericCsv(text, { source });
  const layout = LAYOUTS.find(({ time }) => read.header.includes(time));
  if (layout === undefined) {
    throw new RecordingError(
      `${source} must begin with the header time,R,G,B or time_ms,red,green,blue; it has ${read.header.join(', ')}.`,
    );
  }
  const table = rule === 'refuse' ? read : withRisingTimes(read, read.header.indexOf(layout.time));
  const [timesMs] = namedColumns(table, [layout.time], source);
  assertTimes(timesMs, source);
  const background = table.header.includes(BACKGROUND_COLUMNS[0])
    ? colours(table, BACKGROUND_COLUMNS, source)
    : null;
  return { timesMs, skin: colours(table, layout.skin, source), background };
}

/** Fills a skin sample with one picture of a trace: its first region, and the background if there is one. */
export function fillSample(trace: ColourTrace, index: number, sample: SkinSample): void {
  fillRegion(sample, 0, trace.skin, index);
  if (trace.background !== null) fillRegion(sample, BACKGROUND, trace.background, index);
}

export function emptySample(): SkinSample {
  return new Float64Array(SKIN_SAMPLE_LENGTH);
}

function fillRegion(sample: SkinSample, region: number, { red, green, blue }: Colours, index: number): void {
  sample[channelIndex(region, 'red')] = red[index];
  sample[channelIndex(region, 'green')] = green[index];
  sample[channelIndex(region, 'blue')] = blue[index];
  sample[channelIndex(region, 'pixels')] = 1;
}

function colours(table: NumericTable, names: readonly string[], source: string): Colours {
  const [red, green, blue] = namedColumns(table, names, source);
  [red, green, blue].forEach((levels, i) => {
    assertLevels(levels, names[i], source);
  });
  return { red, green, blue };
}

function withRisingTimes(table: NumericTable, time: number): NumericTable {
  let latest = -Infinity;
  const later = Array.from(table.columns[time], (at) => {
    if (at <= latest) return false;
    latest = at;
    return true;
  });
  return { ...table, columns: table.columns.map((column) => column.filter((_, row) => later[row])) };
}

function assertTimes(timesMs: Float64Array, source: string): void {
  const fallen = timesMs.findIndex((time, i) => i > 0 && time <= timesMs[i - 1]);
  if (fallen !== -1) {
    throw new RecordingError(
      `${source}: the time in row ${String(fallen + 2)} is not later than in the row before it.`,
    );
  }
  if (timesMs[timesMs.length - 1] - timesMs[0] > MAX_DURATION_H * 3_600_000) {
    throw new RecordingError(
      `${source} spans more than ${String(MAX_DURATION_H)} hours; its times must be in milliseconds.`,
    );
  }
}

function assertLevels(levels: Float64Array, name: string, source: string): void {
  const outside = levels.findIndex((level) => level < 0 || level > MAX_LEVEL);
  if (outside === -1) return;
  throw new RecordingError(
    `${source}: row ${String(outside + 2)} has ${String(levels[outside])} for ${name}; levels are 0 to ${String(MAX_LEVEL)}.`,
  );
}
