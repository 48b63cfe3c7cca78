import type { Vital } from '@haven/protocol';
import { Analyzer, type AnalyzerOptions, type AnalyzerOutput } from '../analyzer.ts';
import type { FaceDetector } from '../face/detector.ts';
import type { Frame } from '../frame.ts';

const TICK_MS = 1000;

/** The vitals of one second; `at` is in ms on the recording's own clock. */
export type RecordingSecond = {
  at: number;
  pulse: Vital;
  breathing: Vital;
  motion: Vital;
  presence?: Vital | undefined;
  sdnn?: Vital | undefined;
  rmssd?: Vital | undefined;
};
export type RecordingReport = {
  frames: number;
  /** Time of the first frame, ms. */
  startedAt: number;
  durationMs: number;
  seconds: RecordingSecond[];
  /** Pieces of the pulse waveform, one after the other. */
  waveform: NonNullable<AnalyzerOutput['waveform']>[];
  conditions: AnalyzerOutput['conditions'];
  events: AnalyzerOutput['events'];
};

/** Analyses recorded frames exactly as a live stream, with the recording's time in place of the clock. */
export async function analyzeRecording(
  frames: AsyncIterable<Frame>,
  detector: FaceDetector,
  options: Omit<AnalyzerOptions, 'detector'> = {},
): Promise<RecordingReport> {
  const analyzer = new Analyzer({ ...options, detector });
  const report: RecordingReport = {
    ...{ frames: 0, startedAt: 0, durationMs: 0 },
    ...{ seconds: [], waveform: [], conditions: [], events: [] },
  };
  const take = (output: AnalyzerOutput) => {
    report.conditions.push(...output.conditions);
    report.events.push(...output.events);
    if (output.waveform !== null) report.waveform.push(output.waveform);
    if (output.vitals !== null) report.seconds.push(asSecond(output.at, output.vitals));
  };
  let tickAt: number | null = null;
  for await (const frame of frames) {
    if (report.frames === 0) report.startedAt = frame.timeMs;
    tickAt ??= frame.timeMs;
    for (; tickAt + TICK_MS <= frame.timeMs; tickAt += TICK_MS) take(analyzer.tick(tickAt + TICK_MS));
    take(analyzer.push(frame));
    report.frames++;
    report.durationMs = Math.round(frame.timeMs - report.startedAt);
  }
  return report;
}

function asSecond(at: number, vitals: Vital[]): RecordingSecond {
  const named = (name: Vital['name']) => vitals.find((candidate) => candidate.name === name);
  const always = (name: Vital['name']) => {
    const vital = named(name);
    if (vital === undefined) throw new Error(`The analyzer gave no ${name}.`);
    return vital;
  };
  return {
    at: Math.round(at),
    pulse: always('pulse'),
    breathing: always('breathing'),
    motion: always('motion'),
    presence: named('presence'),
    sdnn: named('sdnn'),
    rmssd: named('rmssd'),
  };
}
