import { analyzeRecording } from '../../analyzer/recording.ts';
import type { FaceDetector } from '../../face/detector.ts';
import type { Frame } from '../../frame.ts';
import type { ReferenceRate } from '../reference.ts';
import { addScore, emptyReport, type SourceReport } from '../report.ts';
import { pulseScore } from './rates.ts';

/** A video of a face with an oximeter's rate; the pictures' times and the reference's are on the same clock. */
export type FaceVideo = { subject: string; open: () => AsyncIterable<Frame>; heartRate: ReferenceRate };

/** The pulse of each video's face, analysed as a live stream, against the oximeter. */
export async function evaluateVideos(
  source: string,
  videos: AsyncIterable<FaceVideo>,
  detector: FaceDetector,
): Promise<SourceReport> {
  const score = pulseScore(source, 'video');
  for await (const { subject, open, heartRate } of videos) {
    const { seconds, startedAt } = await analyzeRecording(open(), detector);
    for (const { at, pulse } of seconds) score.add(subject, at, startedAt, pulse, heartRate);
  }
  const report = emptyReport();
  addScore(report, source, 'pulse', score);
  return report;
}
