import { WAVEFORM_RATE_HZ, type Vital, type WithheldReason } from '@haven/protocol';
import type { SkinSample } from '../skin-sample.ts';
import { contactCandidates, faceCandidates, type CandidateWindow } from './candidates.ts';
import { PulseEstimator } from './estimator.ts';
import { History } from './history.ts';
import { PulseJudge, type Demand, type WindowReading } from './judge.ts';
import { SAMPLE_CHANNELS, writeSample, type HeadPlace } from './movement.ts';
import { PulseRecorder } from './recorder.ts';
import { UniformResampler } from './resampler.ts';
import type { PulseTrace } from './trace.ts';
import type { WaveformPiece } from './waveform.ts';

/** A face in a picture, or a sensor (a finger on the lens) whose means are in the first region. */
export type SkinKind = 'face' | 'contact';

/** The grid of the analysis is the waveform's: six samples a beat of the fastest pulse. */
const RATE_HZ = WAVEFORM_RATE_HZ;
/** Follows a changing rate; longer is steadier only while it does not change. */
const WINDOW_S = 10;
/** The first windows may be this short. */
const MIN_WINDOW_S = 8;
/** Interpolating over a longer gap would invent a beat, ms. */
const MAX_GAP_MS = 1000;
/**
 * Below this a fast pulse is seen as a slow one (180/min at 4 frames a second as 60): twice the highest rate, less what
 * rounding takes from 6.7.
 */
const MIN_FRAMES_PER_SECOND = 6.6;
/** Intervals between frames of which the middle one tells the frame rate: 4 s at 7.5 frames a second. */
const INTERVALS = 31;

/**
 * A face may be a picture, or its pulse be lost on the way: skin without a pulse reaches these for 6 of 3960 seconds of
 * white noise, and for none of 2520 of real compression, some of it with talking, turning and flicker. A finger on a
 * sensor always has one.
 */
const DEMAND: Record<SkinKind, Demand> = {
  face: { clearQuality: 0.92, minQuality: 0.85, knownQuality: 0.5, minSupport: 0.25, clearSupport: 0.35 },
  contact: { clearQuality: 0.9, minQuality: 0.75, knownQuality: 0.45, minSupport: 0.1, clearSupport: 0.1 },
};

/** Turns skin samples into a pulse rate that is honest or absent, and its waveform. */
export class PulseMonitor {
  readonly #kind: SkinKind;
  readonly #resampler = new UniformResampler(RATE_HZ, SAMPLE_CHANNELS);
  readonly #history = new History(SAMPLE_CHANNELS, WINDOW_S * RATE_HZ);
  readonly #estimator = new PulseEstimator(RATE_HZ);
  readonly #recorder = new PulseRecorder(RATE_HZ);
  readonly #judge: PulseJudge;
  readonly #row = new Float64Array(SAMPLE_CHANNELS);
  #movedAt = -Infinity;
  #sampledAt: number | null = null;
  /** Between the latest frames, ms, in no order. */
  readonly #intervals = new Float64Array(INTERVALS).fill(1000 / RATE_HZ);
  #intervalCount = 0;
  #interruption: WithheldReason = 'starting';

  constructor({ kind }: { kind: SkinKind } = { kind: 'face' }) {
    this.#kind = kind;
    this.#judge = new PulseJudge(DEMAND[kind]);
  }

  /** @param head where the head is: movement is a reference that skin is compared with, as the background's light is */
  addSample(timeMs: number, sample: SkinSample, head?: HeadPlace): void {
    const elapsedMs = this.#sampledAt === null ? 0 : timeMs - this.#sampledAt;
    if (elapsedMs > MAX_GAP_MS) this.#restart();
    else if (elapsedMs > 0) this.#intervals[this.#intervalCount++ % INTERVALS] = elapsedMs;
    this.#sampledAt = timeMs;
    writeSample(this.#row, sample, head);
    this.#resampler.push(timeMs, this.#row, (at, values) => this.#history.push(at, values));
  }

  /** The head moved, though not so much that its samples are void. */
  noteMovement(timeMs: number): void {
    this.#movedAt = timeMs;
  }

  /** Judges the window that ends now; once a second. */
  evaluate(): void {
    // Whole seconds, so that few tables for spectra are needed.
    const seconds = Math.floor(this.#history.length / RATE_HZ);
    const framesPerSecond = this.#framesPerSecond();
    if (seconds >= MIN_WINDOW_S && framesPerSecond < MIN_FRAMES_PER_SECOND) {
      this.#estimator.reset();
      this.#judge.block('few-pictures');
      return;
    }
    const reading = seconds < MIN_WINDOW_S ? null : this.#read(Math.min(seconds, WINDOW_S), framesPerSecond);
    if (reading === null) {
      this.#estimator.skip();
      this.#judge.refuse(this.#interruption);
      return;
    }
    if (this.#judge.judge(reading)) this.#recorder.follow(reading.weights);
  }

  /** Waveform samples that became final since the last call; blank while the rate is withheld. */
  waveform(): WaveformPiece | null {
    const at = this.#history.lastAt;
    if (at === null) return null;
    const shown = this.#judge.valueAt(at) !== null;
    return this.#recorder.take(this.#history, (length) => this.#window(length)?.candidates ?? null, shown);
  }

  /** The last stretch without a gap, of at most so many seconds; null while no rate is shown. */
  trace(seconds: number): PulseTrace | null {
    const at = this.#history.lastAt;
    const record = this.#recorder.trace(seconds);
    if (at === null || record === null) return null;
    const { value, quality } = this.#judge.vitalAt(at);
    return value === null ? null : { ...record, perMin: value, quality };
  }

  /** Withholds at once and forgets all samples: what was seen until now is no longer this patient's pulse. */
  block(reason: WithheldReason): void {
    this.#restart();
    this.#estimator.reset();
    this.#interruption = 'starting';
    this.#judge.block(reason);
  }

  /** Forgets the samples, which are disturbed; the last value is held for a while. */
  interrupt(reason: WithheldReason): void {
    this.#restart();
    this.#interruption = reason;
    this.#judge.refuse(reason);
  }

  vitalAt(nowMs: number): Vital {
    return this.#judge.vitalAt(nowMs);
  }

  #read(seconds: number, framesPerSecond: number): WindowReading | null {
    const at = this.#history.lastAt;
    const window = this.#window(seconds * RATE_HZ);
    if (at === null || window === null) return null;
    const windowMs = seconds * 1000;
    const still = at - this.#movedAt > windowMs;
    const reading = this.#estimator.estimate(window, { still, framesPerSecond });
    return { ...reading, at, windowMs, still };
  }

  /** What the camera takes, whatever is lost on the way: lost frames leave gaps of whole multiples. */
  #framesPerSecond(): number {
    return 1000 / this.#intervals.toSorted()[INTERVALS >> 1];
  }

  #window(length: number): CandidateWindow | null {
    return this.#kind === 'face'
      ? faceCandidates(this.#history, length, RATE_HZ)
      : contactCandidates(this.#history, length, RATE_HZ);
  }

  #restart(): void {
    this.#resampler.reset();
    this.#history.clear();
    this.#recorder.restart();
    this.#judge.restart();
    this.#sampledAt = null;
  }
}
