import { join } from 'node:path';
import { EventReference, SampledReference } from '../reference.ts';
import { readGzippedText, readText, sortedNames } from './files.ts';
import type { Colours, ColourTrace } from './colour-trace.ts';
import { namedColumns, parseNumericCsv } from './numeric-csv.ts';

/** Sampling of the signals and unit of the annotators' marks, Hz. */
const SIGNAL_RATE_HZ = 125;
/** How often a camera would have looked. */
const CAMERA_RATE_HZ = 30;
/** Brightness that stands for the oximeter's middle, and for its 5th to 95th percentile, levels. */
const MIDDLE_LEVEL = 128;
const LEVELS_OF_RANGE = 64;

/** Eight minutes of an intensive-care patient: oximeter, monitor's heart rate, breaths marked by two annotators. */
export type BidmcRecord = {
  subject: string;
  /**
   * The oximeter's PLETH as a camera at 30 Hz would see it: darker with more blood, the same in all channels. Null for
   * a record without it: the signals that were kept, and their order, differ from record to record.
   */
  trace: ColourTrace | null;
  heartRate: SampledReference;
  annotators: [EventReference, EventReference];
};

/** PhysioNet BIDMC in its CSV form: `bidmc_NN_Numerics.csv`, `bidmc_NN_Signals.csv` (plain or .gz), `bidmc_NN_Breaths.csv`. */
export async function* readBidmc(folder: string): AsyncGenerator<BidmcRecord> {
  const names = await sortedNames(folder);
  for (const name of names) {
    const subject = /^(bidmc_\w+)_Numerics\.csv$/.exec(name)?.[1];
    if (subject === undefined) continue;
    const signals = `${subject}_Signals.csv`;
    yield {
      subject,
      trace: names.includes(signals)
        ? parsePleth(await readText(join(folder, signals)), signals)
        : parsePleth(await readGzippedText(join(folder, `${signals}.gz`)), `${signals}.gz`),
      heartRate: parseHeartRate(await readText(join(folder, name)), name),
      annotators: await readBreaths(join(folder, `${subject}_Breaths.csv`)),
    };
  }
}

function parseHeartRate(text: string, source: string): SampledReference {
  const table = parseNumericCsv(text, { source, missing: true });
  const [seconds, rate] = namedColumns(table, ['Time [s]', 'HR'], source);
  return new SampledReference(
    seconds.map((s) => s * 1000),
    rate,
  );
}

async function readBreaths(path: string): Promise<[EventReference, EventReference]> {
  const { columns } = parseNumericCsv(await readText(path), { source: path, missing: true });
  const breaths = (annotator: number) => {
    // One annotator may have marked fewer breaths than the other, and now and then a forgotten one at the end.
    const marks = columns[annotator].filter((sample) => !Number.isNaN(sample)).toSorted();
    return new EventReference(marks.map((sample) => (sample / SIGNAL_RATE_HZ) * 1000));
  };
  return [breaths(0), breaths(1)];
}

function parsePleth(text: string, source: string): ColourTrace | null {
  const table = parseNumericCsv(text, { source, missing: true });
  if (!table.header.includes('PLETH')) return null;
  const [seconds, pleth] = namedColumns(table, ['Time [s]', 'PLETH'], source);
  const { timesMs, values } = atCameraRate(seconds, pleth);
  const level = asBrightness(values);
  const grey: Colours = { red: level, green: level, blue: level };
  return { timesMs, skin: grey, background: null };
}

/**
 * Linear interpolation between the samples at 125 Hz: an oximeter's signal has nothing near 15 Hz that could alias.
 * A stretch without samples leaves a gap in the trace.
 */
function atCameraRate(
  seconds: Float64Array,
  pleth: Float64Array,
): { timesMs: Float64Array; values: Float64Array } {
  const timesMs: number[] = [];
  const values: number[] = [];
  const last = seconds[seconds.length - 1];
  let next = 1;
  for (let frame = 0; seconds[0] + frame / CAMERA_RATE_HZ <= last; frame++) {
    const at = seconds[0] + frame / CAMERA_RATE_HZ;
    while (next < seconds.length - 1 && seconds[next] < at) next++;
    const share = (at - seconds[next - 1]) / (seconds[next] - seconds[next - 1]);
    const value = pleth[next - 1] * (1 - share) + pleth[next] * share;
    if (Number.isNaN(value)) continue;
    timesMs.push(at * 1000);
    values.push(value);
  }
  return { timesMs: Float64Array.from(timesMs), values: Float64Array.from(values) };
}

/** An oximeter's units differ from record to record; a camera's levels lie between 0 and 255. */
function asBrightness(values: Float64Array): Float64Array {
  const ordered = values.toSorted();
  const at = (share: number) => ordered[Math.round(share * (ordered.length - 1))];
  const range = at(0.95) - at(0.05);
  const scale = range > 0 ? LEVELS_OF_RANGE / range : 0;
  const middle = at(0.5);
  return values.map((value) => Math.max(0, Math.min(255, MIDDLE_LEVEL - (value - middle) * scale)));
}
