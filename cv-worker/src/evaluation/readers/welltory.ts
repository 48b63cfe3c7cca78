import { join } from 'node:path';
import { EventReference } from '../reference.ts';
import { RecordingError } from '../recording-error.ts';
import { readColourTrace, type ColourTrace } from './colour-trace.ts';
import { readText, sortedNames } from './files.ts';

/** One fingertip on a phone's camera with a chest strap's intervals between beats. */
export type WelltoryRecord = { subject: string; trace: ColourTrace; beats: EventReference };

/** Welltory PPG dataset (Neshitov et al., Sensors 2021): a folder a subject with `PPG.csv` and `RR.txt`. */
export async function* readWelltory(folder: string): AsyncGenerator<WelltoryRecord> {
  for (const subject of await sortedNames(folder)) {
    if (!subject.startsWith('subject_')) continue;
    // Phones bunch pictures: two may carry one time.
    const trace = await readColourTrace(join(folder, subject, 'PPG.csv'), 'leave out');
    const beats = await readIntervals(join(folder, subject, 'RR.txt'), trace.timesMs[0]);
    yield { subject, trace, beats };
  }
}

/** Intervals in ms one after the other; the first begins with the recording. */
async function readIntervals(path: string, startMs: number): Promise<EventReference> {
  const intervals = (await readText(path)).trim().split(/\s+/).map(Number);
  if (intervals.length < 2 || intervals.some((interval) => !(interval > 0 && Number.isFinite(interval)))) {
    throw new RecordingError(`${path} must list intervals between beats in ms.`);
  }
  const times = new Float64Array(intervals.length + 1);
  times[0] = startMs;
  intervals.forEach((interval, i) => (times[i + 1] = times[i] + interval));
  return new EventReference(times);
}
