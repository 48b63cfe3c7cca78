import { join } from 'node:path';
import { openFile } from '../../tap/decoder.ts';
import { SampledReference } from '../reference.ts';
import { RecordingError } from '../recording-error.ts';
import type { FaceVideo } from '../sources/videos.ts';
import { exists, readText, sortedNames } from './files.ts';
import { parseNumericCsv } from './numeric-csv.ts';

/** UBFC-rPPG has two parts, each with its own reference file beside `vid.avi`. */
const PARTS = [
  { folder: 'DATASET_1', reference: 'gtdump.xmp', parse: parseGtDump },
  { folder: 'DATASET_2', reference: 'ground_truth.txt', parse: parseGroundTruth },
] as const;

/** UBFC-rPPG (Bobbia et al. 2017) as it is published: `DATASET_n/SUBJECT/vid.avi` and the reference. */
export async function* readUbfc(folder: string): AsyncGenerator<FaceVideo> {
  for (const part of PARTS) {
    const path = join(folder, part.folder);
    if (!(await exists(path))) continue;
    for (const subject of await sortedNames(path)) {
      const reference = join(path, subject, part.reference);
      if (!(await exists(reference))) continue;
      const heartRate = part.parse(await readText(reference), reference);
      const video = join(path, subject, 'vid.avi');
      yield { subject: `${part.folder}/${subject}`, open: () => openFile(video), heartRate };
    }
  }
}

/** A line a reading, without a header: time in ms, heart rate, SpO2, oximeter signal. */
export function parseGtDump(text: string, source: string): SampledReference {
  const { columns } = parseNumericCsv(`time,rate,saturation,signal\n${text}`, { source, missing: true });
  return new SampledReference(columns[0], columns[1]);
}

/** Three lines of numbers between blanks: oximeter signal, heart rate, time in s. */
export function parseGroundTruth(text: string, source: string): SampledReference {
  const lines = text.trim().split(/\r?\n/);
  const [, rate, seconds] = lines.map((line) => Float64Array.from(line.trim().split(/\s+/), Number));
  const usable = lines.length >= 3 && rate.length === seconds.length && !seconds.some(Number.isNaN);
  if (!usable) {
    throw new RecordingError(`${source} must have three lines of numbers: signal, heart rate and time.`);
  }
  return new SampledReference(
    seconds.map((s) => s * 1000),
    rate,
  );
}
