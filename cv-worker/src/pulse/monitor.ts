import { WAVEFORM_RATE_HZ, type Vital, type WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import { SKIN_SAMPLE_LENGTH, type SkinSample } from '../skin-sample.ts';
import { contactCandidates, faceCandidates, type CandidateWindow } from './candidates.ts';
import { PulseEstimator, type PulseReading } from './estimator.ts';
import { History } from './history.ts';
import { pulseInterval, pulseQuality } from './quality.ts';
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
/** Skin without a pulse does not reach this: a new value is shown at once. */
const CLEAR_QUALITY = 0.9;
/** Skin without a pulse does not reach this twice in a row: a new value is shown when it came again. */
const MIN_QUALITY = 0.8;
/** A value near the one that is shown is more likely right than not. */
const MIN_KNOWN_QUALITY = 0.5;
/** Below this the peak is lower than the noise together, whatever was known before. */
const MIN_SNR_DB = -5;
/** Largest change between windows a second apart that is still the same pulse, 1/min: 45/min in 10 s, twice over. */
const CONTINUITY_PER_MIN = 9;
/** A held value is dropped when another rate has these odds (log), seconds in a row. */
const CONTRADICTION_LOG_ODDS = 1;
const CONTRADICTIONS = 2;
/** Interpolating over a longer gap would invent a beat, ms. */
const MAX_GAP_MS = 700;

/** Turns skin samples into a pulse rate that is honest or absent, and its waveform. */
export class PulseMonitor {
  readonly #kind: SkinKind;
  readonly #resampler = new UniformResampler(RATE_HZ, SKIN_SAMPLE_LENGTH);
  readonly #history = new History(SKIN_SAMPLE_LENGTH, WINDOW_S * RATE_HZ);
  readonly #estimator = new PulseEstimator(RATE_HZ);
  readonly #recorder = new PulseRecorder(RATE_HZ);
  readonly #held = new HeldValue('pulse');
  #candidate: number | null = null;
  #contradictions = 0;
  #movedAt: number | null = null;
  #sampledAt: number | null = null;
  #interruption: WithheldReason = 'starting';

  constructor({ kind }: { kind: SkinKind } = { kind: 'face' }) {
    this.#kind = kind;
  }

  addSample(timeMs: number, sample: SkinSample): void {
    if (this.#sampledAt !== null && timeMs - this.#sampledAt > MAX_GAP_MS) this.#restart();
    this.#sampledAt = timeMs;
    this.#resampler.push(timeMs, sample, (at, values) => this.#history.push(at, values));
  }

  /** The head moved, though not so much that its samples are void. */
  noteMovement(timeMs: number): void {
    this.#movedAt = timeMs;
  }

  /** Judges the window that ends now; once a second. */
  evaluate(): void {
    const at = this.#history.lastAt;
    // Whole seconds, so that few tables for spectra are needed.
    const seconds = Math.floor(this.#history.length / RATE_HZ);
    const window = at === null || seconds < MIN_WINDOW_S ? null : this.#window(seconds * RATE_HZ);
    if (at === null || window === null) {
      this.#estimator.skip();
      this.#held.refuse(this.#interruption);
      return;
    }
    const still = this.#movedAt === null || at - this.#movedAt > seconds * 1000;
    const reading = this.#estimator.estimate(window, still);
    this.#judge(reading, at, seconds * 1000, still);
  }

  /** Waveform samples that became final since the last call; blank while the rate is withheld. */
  waveform(): WaveformPiece | null {
    const at = this.#history.lastAt;
    if (at === null) return null;
    const shown = this.#held.valueAt(at) !== null;
    return this.#recorder.take(this.#history, (length) => this.#window(length)?.candidates ?? null, shown);
  }

  /** The last stretch without a gap, of at most so many seconds; null while no rate is shown. */
  trace(seconds: number): PulseTrace | null {
    const at = this.#history.lastAt;
    const vital = at === null ? null : this.#held.vitalAt(at);
    const record = this.#recorder.trace(seconds);
    if (record === null || vital?.value == null) return null;
    return { ...record, perMin: vital.value, quality: vital.quality };
  }

  /** Withholds at once and forgets all samples: what was seen until now is no longer this patient's pulse. */
  block(reason: WithheldReason): void {
    this.#restart();
    this.#estimator.reset();
    this.#interruption = 'starting';
    this.#held.block(reason);
  }

  /** Forgets the samples, which are disturbed; the last value is held for a while. */
  interrupt(reason: WithheldReason): void {
    this.#restart();
    this.#interruption = reason;
    this.#held.refuse(reason);
  }

  vitalAt(nowMs: number): Vital {
    return this.#held.vitalAt(nowMs);
  }

  #window(length: number): CandidateWindow | null {
    return this.#kind === 'face'
      ? faceCandidates(this.#history, length, RATE_HZ)
      : contactCandidates(this.#history, length, RATE_HZ);
  }

  #judge(reading: PulseReading, at: number, windowMs: number, still: boolean): void {
    const quality = pulseQuality(reading.logOdds);
    const shown = this.#held.valueAt(at);
    const known = shown !== null && Math.abs(shown - reading.perMin) <= CONTINUITY_PER_MIN;
    const isClear = quality >= (known ? MIN_KNOWN_QUALITY : MIN_QUALITY) && reading.snrDb >= MIN_SNR_DB;
    if (isClear && (known || quality >= CLEAR_QUALITY || this.#isConfirmed(reading.perMin))) {
      this.#contradictions = 0;
      this.#recorder.follow(reading.weights);
      this.#held.accept({
        value: reading.perMin,
        interval: pulseInterval(reading),
        quality,
        method: reading.method,
        windowMs,
        at,
      });
      return;
    }
    this.#candidate = isClear ? reading.perMin : null;
    this.#noticeContradiction(reading, shown, known);
    this.#held.refuse(reading.doubt === 'weak-signal' && !still ? 'moving' : reading.doubt);
  }

  /** A rate that is not the shown one has to come twice. */
  #isConfirmed(perMin: number): boolean {
    return this.#candidate !== null && Math.abs(this.#candidate - perMin) <= CONTINUITY_PER_MIN;
  }

  /** A value is not held against windows that show another one. */
  #noticeContradiction(reading: PulseReading, shown: number | null, known: boolean): void {
    const contradicts = shown !== null && !known && reading.logOdds >= CONTRADICTION_LOG_ODDS;
    this.#contradictions = contradicts ? this.#contradictions + 1 : 0;
    if (this.#contradictions >= CONTRADICTIONS) this.#held.block('disagreement');
  }

  #restart(): void {
    this.#resampler.reset();
    this.#history.clear();
    this.#recorder.restart();
    this.#candidate = null;
    this.#contradictions = 0;
    this.#sampledAt = null;
  }
}
