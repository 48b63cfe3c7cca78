import { join } from 'node:path';
import { analyzeRecording, type RecordingReport } from '../../analyzer/recording.ts';
import type { FaceDetector } from '../../face/detector.ts';
import { openFile } from '../../tap/decoder.ts';
import { exists } from '../readers/files.ts';
import { ConstantReference } from '../reference.ts';
import { addScore, emptyReport, type SourceReport } from '../report.ts';
import { PULSE_WINDOW_MS, pulseScore } from './rates.ts';

const CLIP = 'head-motion-320x240.mp4';
/** Nobody wore a sensor: by eye and by several methods the whole clip is at 58 to 60 a minute. */
const PULSE_PER_MIN = 59;
/** Windows that begin in these seconds are quiet; in the others the head moves, and a monitor may say nothing. */
const QUIET_S = { first: 4, last: 14 };

/** A real face that moves: whatever is shown has to be right, and the quiet part has to be measured. */
export async function evaluateFace(folder: string, detector: FaceDetector): Promise<SourceReport> {
  const report = emptyReport();
  const path = join(folder, CLIP);
  if (!(await exists(path))) {
    report.notes.push(`face: ${folder} has no ${CLIP}, the clip whose pulse is known.`);
    return report;
  }
  const recording = await analyzeRecording(openFile(path), detector);
  const score = pulseScore('face', 'video');
  const truth = new ConstantReference(PULSE_PER_MIN);
  for (const { at, pulse } of recording.seconds) score.add(CLIP, at, recording.startedAt, pulse, truth);
  addScore(report, 'face', 'pulse', score);
  report.figures['face.pulse.quietCoverage'] = quietCoverage(recording);
  return report;
}

/** Share of the quiet windows, one a second, that gave a measured value. */
function quietCoverage({ seconds, startedAt }: RecordingReport): number | null {
  const quiet = seconds.filter(({ at }) => {
    const begins = Math.round((at - startedAt - PULSE_WINDOW_MS) / 1000);
    return begins >= QUIET_S.first && begins <= QUIET_S.last;
  });
  if (quiet.length === 0) return null;
  return quiet.filter(({ pulse }) => pulse.state === 'measured').length / quiet.length;
}
