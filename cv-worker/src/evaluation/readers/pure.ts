import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Frame } from '../../frame.ts';
import { openInput } from '../../tap/decoder.ts';
import { SampledReference } from '../reference.ts';
import { RecordingError } from '../recording-error.ts';
import type { FaceVideo } from '../sources/videos.ts';
import { exists, readText, sortedNames } from './files.ts';

/** Times are nanoseconds of the Unix epoch, in the reference and in the pictures' names. */
const NS_PER_MS = 1_000_000;
const PICTURE = /^Image(\d{1,19})\.png$/;

const readingsSchema = z.object({
  '/FullPackage': z
    .array(z.object({ Timestamp: z.number(), Value: z.object({ pulseRate: z.number() }) }))
    .min(1),
});

/**
 * PURE (Stricker et al. 2014) as it is published: `NN-MM.json` with the oximeter's readings and the pictures in a
 * folder `NN-MM`, both together in the data set's folder or in one folder a recording.
 */
export async function* readPure(folder: string): AsyncGenerator<FaceVideo> {
  for (const subject of await sortedNames(folder)) {
    if (!/^\d\d-\d\d$/.test(subject)) continue;
    const nested = await exists(join(folder, subject, `${subject}.json`));
    const reference = join(folder, nested ? join(subject, `${subject}.json`) : `${subject}.json`);
    const pictures = join(folder, subject, nested ? subject : '.');
    const timesNs = await pictureTimes(pictures);
    yield {
      subject,
      open: () => openPictures(pictures, timesNs),
      heartRate: parseReadings(await readText(reference), reference, timesNs[0]),
    };
  }
}

/** @param startNs what counts as time 0: the first picture */
function parseReadings(text: string, source: string, startNs: bigint): SampledReference {
  const readings = readingsSchema.safeParse(parseJson(text, source));
  if (!readings.success) {
    throw new RecordingError(
      `${source} must have /FullPackage with Timestamp and Value.pulseRate in each entry.`,
    );
  }
  const entries = readings.data['/FullPackage'];
  // As doubles the times are right within a microsecond.
  const start = Number(startNs);
  return new SampledReference(
    Float64Array.from(entries, ({ Timestamp }) => (Timestamp - start) / NS_PER_MS),
    Float64Array.from(entries, ({ Value }) => Value.pulseRate),
  );
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RecordingError(`${source} is no JSON.`, { cause });
  }
}

async function pictureTimes(folder: string): Promise<bigint[]> {
  const names = await sortedNames(folder);
  const times = names.flatMap((name) => PICTURE.exec(name)?.slice(1).map(BigInt) ?? []);
  if (times.length < 2) throw new RecordingError(`${folder} has no pictures named Image<nanoseconds>.png.`);
  return times.sort((a, b) => (a < b ? -1 : 1));
}

/** The pictures at their true times, as ffmpeg's concat demuxer reads them from a list. */
async function* openPictures(folder: string, timesNs: readonly bigint[]): AsyncGenerator<Frame> {
  const directory = await mkdtemp(join(tmpdir(), 'haven-pictures-'));
  const list = join(directory, 'pictures.ffconcat');
  try {
    await writeFile(list, concatList(folder, timesNs));
    yield* openInput(folder, ['-f', 'concat', '-safe', '0', '-i', list]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function concatList(folder: string, timesNs: readonly bigint[]): string {
  const entries = timesNs.map((time, i) => {
    const path = resolve(folder, `Image${String(time)}.png`).replaceAll("'", String.raw`'\''`);
    const next = timesNs.at(i + 1);
    const lasts = next === undefined ? '' : `duration ${(Number(next - time) / 1e9).toFixed(6)}\n`;
    // The demuxer rounds times to a picture's own time base, 1/25 s unless it is told a finer one.
    return `file '${path}'\noption framerate 90000\n${lasts}`;
  });
  return `ffconcat version 1.0\n${entries.join('')}`;
}
