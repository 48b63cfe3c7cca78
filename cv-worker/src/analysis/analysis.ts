import { WAVEFORM_RATE_HZ, type Vital } from '@haven/protocol';
import { analyzeRecording, type RecordingReport, type RecordingSecond } from '../analyzer/recording.ts';
import { runTrace } from '../evaluation/trace-run.ts';
import type { ColourTrace } from '../evaluation/readers/colour-trace.ts';
import type { FaceDetector } from '../face/detector.ts';
import type { Frame } from '../frame.ts';
import type { WaveformPiece } from '../pulse/waveform.ts';
import { clearestWindow, MIN_WINDOW_S, spectrumWindow, type SpectrumWindow } from './clearest-window.ts';
import { SkinBrightness } from './skin-brightness.ts';

/** Samples at one rate, null where nothing was believed. */
export type Waveform = { startAt: number; rateHz: number; samples: (number | null)[] };

/** A trace of colours shows no movement. */
export type AnalysisSecond = Omit<RecordingSecond, 'motion'> & { motion: Vital | null };

/** Everything that was found in a recording; times are ms on its own clock. */
export type Analysis = Omit<RecordingReport, 'seconds' | 'waveform'> & {
  seconds: AnalysisSecond[];
  /** The pulse waveform in units of its own standard deviation. */
  waveform: Waveform;
  /** Where the pulse was clearest; where none was believed, the skin's brightness at the end; null without skin. */
  clearest: SpectrumWindow | null;
};

export async function analyzeVideo(frames: AsyncIterable<Frame>, detector: FaceDetector): Promise<Analysis> {
  const skin = new SkinBrightness();
  const onSkin = skin.add.bind(skin);
  const { waveform: pieces, ...report } = await analyzeRecording(frames, detector, { onSkin });
  return withSignals(report, pieces, skin);
}

/** @param kind means of a face, or of a finger on the lens */
export function analyzeTrace(trace: ColourTrace, kind: 'face' | 'contact'): Analysis {
  const { timesMs } = trace;
  const startedAt = timesMs[0];
  const skin = new SkinBrightness();
  const seconds: AnalysisSecond[] = [];
  const pieces: WaveformPiece[] = [];
  for (const { atMs, vitals, waveform } of runTrace(trace, kind, skin.add.bind(skin))) {
    seconds.push({ at: Math.round(atMs), ...vitals, motion: null });
    pieces.push(...waveform);
  }
  const durationMs = Math.round(timesMs[timesMs.length - 1] - startedAt);
  const report = { frames: timesMs.length, startedAt, durationMs, seconds, conditions: [], events: [] };
  return withSignals(report, pieces, skin);
}

function withSignals(
  report: Omit<Analysis, 'waveform' | 'clearest'>,
  pieces: readonly WaveformPiece[],
  skin: SkinBrightness,
): Analysis {
  const waveform = join(pieces, report.startedAt, report.durationMs);
  return { ...report, waveform, clearest: clearestWindow(report.seconds, waveform) ?? lastOf(skin) };
}

function lastOf(skin: SkinBrightness): SpectrumWindow | null {
  const latest = skin.latest(MIN_WINDOW_S);
  return latest === null ? null : spectrumWindow(latest.fromMs, latest.samples, WAVEFORM_RATE_HZ, null);
}

/** One piece after the other on one grid; what no piece covers is blank. */
function join(pieces: readonly WaveformPiece[], startAt: number, durationMs: number): Waveform {
  const length = Math.floor((durationMs / 1000) * WAVEFORM_RATE_HZ) + 1;
  const samples: (number | null)[] = Array.from({ length }, () => null);
  for (const piece of pieces) {
    const first = Math.round(((piece.startAt - startAt) / 1000) * WAVEFORM_RATE_HZ);
    piece.samples.forEach((sample, i) => {
      if (first + i >= 0 && first + i < length) samples[first + i] = sample;
    });
  }
  return { startAt, rateHz: WAVEFORM_RATE_HZ, samples };
}
