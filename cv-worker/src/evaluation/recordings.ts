import { join } from 'node:path';
import type { FaceDetector } from '../face/detector.ts';
import { exists } from './readers/files.ts';
import { readPure } from './readers/pure.ts';
import { readUbfc } from './readers/ubfc.ts';
import { emptyReport, type SourceReport } from './report.ts';
import { evaluateBidmc } from './sources/bidmc.ts';
import { evaluateFace } from './sources/face.ts';
import { evaluateVideos } from './sources/videos.ts';
import { evaluateWelltory } from './sources/welltory.ts';

type Evaluation = (folder: string, detector: () => Promise<FaceDetector>) => Promise<SourceReport>;

/** Each source of recordings: its folder, and how it is evaluated. */
const RECORDINGS = {
  welltory: { folder: 'welltory-fingertip', evaluate: (folder) => evaluateWelltory(folder) },
  bidmc: { folder: 'bidmc-icu', evaluate: (folder) => evaluateBidmc(folder) },
  face: {
    folder: 'face-motion',
    evaluate: async (folder, detector) => evaluateFace(folder, await detector()),
  },
  ubfc: {
    folder: 'ubfc-rppg',
    evaluate: async (folder, detector) => evaluateVideos('ubfc', readUbfc(folder), await detector()),
  },
  pure: {
    folder: 'pure',
    evaluate: async (folder, detector) => evaluateVideos('pure', readPure(folder), await detector()),
  },
} satisfies Record<string, { folder: string; evaluate: Evaluation }>;

export type RecordingSource = keyof typeof RECORDINGS;
export const RECORDING_SOURCES = Object.keys(RECORDINGS) as RecordingSource[];

/**
 * Evaluates one source below the folder of all recordings; a folder that is not there is a note, no error.
 *
 * @param data `HAVEN_EVAL_DATA`; undefined when it is not set
 * @param detector loaded only when videos are analysed
 */
export async function evaluateRecordings(
  source: RecordingSource,
  data: string | undefined,
  detector: () => Promise<FaceDetector>,
): Promise<SourceReport> {
  const { folder, evaluate } = RECORDINGS[source];
  const path = data === undefined ? undefined : join(data, folder);
  if (path !== undefined && (await exists(path))) return evaluate(path, detector);
  const why = data === undefined ? 'HAVEN_EVAL_DATA is not set' : `HAVEN_EVAL_DATA has no ${folder}`;
  return { ...emptyReport(), notes: [`${source}: not evaluated, ${why}.`] };
}
