import type { AnalyzerOptions } from '../../../cv-worker/src/analyzer.ts';
import { analyzeRecording } from '../../../cv-worker/src/analyzer/recording.ts';
import type { FaceDetector } from '../../../cv-worker/src/face/detector.ts';
import { openFile } from '../../../cv-worker/src/tap/decoder.ts';
import { parseSyntheticParameters } from '../../../device/src/synthetic/index.ts';
import { Physiology } from '../../../device/src/synthetic/physiology.ts';
import { vitalSchema } from '@haven/protocol';
import { z } from 'zod';
import { clipOf, type ClipCell } from './clip.ts';
import { CELL_SECONDS } from './synthetic.ts';

/** Step of the true rates, ms from the clip's start. */
export const TRUTH_STEP_MS = 1000;

export const measurementSchema = z.object({
  /** True rates, per minute, at every {@link TRUTH_STEP_MS} from 0 on. */
  truth: z.object({ pulse: z.array(z.number()), breathing: z.array(z.number()) }),
  /** What was said at each second, `at` in ms from the clip's start. */
  seconds: z.array(z.object({ at: z.number(), pulse: vitalSchema, breathing: vitalSchema })),
});
export type Measurement = z.infer<typeof measurementSchema>;
export type Truth = Measurement['truth'];

/** Analyses the cell's clip as a live stream would be. */
export async function measureCell(
  cell: ClipCell,
  detector: FaceDetector,
  cache: string,
  options: Pick<AnalyzerOptions, 'onSkin'> = {},
): Promise<Measurement> {
  const report = await analyzeRecording(openFile(await clipOf(cell, cache)), detector, options);
  return {
    truth: truthOf(cell.synthetic, cell.seconds ?? CELL_SECONDS),
    seconds: report.seconds.map(({ at, pulse, breathing }) => ({ at, pulse, breathing })),
  };
}

export function truthOf(synthetic: string, seconds: number): Truth {
  const physiology = new Physiology(parseSyntheticParameters(synthetic));
  const times = Array.from({ length: (seconds * 1000) / TRUTH_STEP_MS + 1 }, (_, i) => i * TRUTH_STEP_MS);
  return {
    pulse: times.map((timeMs) => physiology.pulseRate(timeMs / 1000)),
    breathing: times.map((timeMs) => physiology.breathingRate(timeMs / 1000)),
  };
}
