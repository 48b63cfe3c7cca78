import { WAVEFORM_RATE_HZ, type Vital, type WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import {
  BACKGROUND,
  channelIndex,
  REGION_NAMES,
  SKIN_SAMPLE_LENGTH,
  type SkinSample,
} from '../skin-sample.ts';
import { PulseEstimator, type PulseEstimate } from './estimator.ts';
import { History } from './history.ts';
import { pulseQuality } from './quality.ts';
import { UniformResampler } from './resampler.ts';
import { pulseSignals, type PulseSignals, type SkinWindow } from './signals.ts';
import { relativeBand } from './green.ts';
import type { PulseTrace } from './trace.ts';
import { WaveformWriter, type WaveformPiece } from './waveform.ts';

/** The grid of the analysis is the waveform's: six samples a beat of the fastest pulse. */
const RATE_HZ = WAVEFORM_RATE_HZ;
/** Follows a changing rate; longer is steadier only while it does not change. */
const WINDOW_S = 10;
/** The first window may be this short if it is clearer by {@link EARLY_EXTRA_DB}. */
const MIN_WINDOW_S = 8;
const EARLY_EXTRA_DB = 3;
/** Windows in a row, a second apart, that must agree before a new rate is believed. */
const CONFIRMATIONS = 2;
/** Largest change between windows a second apart that is still the same pulse, 1/min: 45/min in 10 s, twice over. */
const CONTINUITY_PER_MIN = 9;
/** Interpolating over a longer gap would invent a beat, ms. */
const MAX_GAP_MS = 700;

/** Longest trace that anybody asks for: variability over a minute and a half. */
const TRACE_S = 90;

/** Turns skin samples into a pulse rate that is honest or absent, and its waveform. */
export class PulseMonitor {
  readonly #resampler = new UniformResampler(RATE_HZ, SKIN_SAMPLE_LENGTH);
  readonly #history = new History(SKIN_SAMPLE_LENGTH, TRACE_S * RATE_HZ);
  readonly #estimator = new PulseEstimator(RATE_HZ);
  readonly #held = new HeldValue('pulse');
  readonly #waveform = new WaveformWriter(RATE_HZ);
  readonly kind: 'face' | 'contact';
  #candidates: number[] = [];
  #movedAt: number | null = null;
  #sampledAt: number | null = null;
  #interruption: WithheldReason = 'starting';

  /** @param options.kind a face in a picture, or a finger on the lens (whole-skin means in the first region) */
  constructor({ kind }: { kind: 'face' | 'contact' } = { kind: 'face' }) {
    this.kind = kind;
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
    if (at === null || this.#history.length < MIN_WINDOW_S * RATE_HZ) {
      this.#held.refuse(this.#interruption);
      return;
    }
    const length = Math.min(this.#history.length, WINDOW_S * RATE_HZ);
    const { estimate, refusal } = this.#estimator.estimate(this.#signals(length), {
      extraSnrDb: length < WINDOW_S * RATE_HZ ? EARLY_EXTRA_DB : 0,
      expectedPerMin: this.#held.valueAt(at),
      still: this.#movedAt === null || at - this.#movedAt > (length / RATE_HZ) * 1000,
    });
    if (estimate === null) {
      this.#candidates = [];
      this.#held.refuse(refusal);
    } else if (this.#isConfirmed(estimate, at)) {
      this.#held.accept({
        value: estimate.perMin,
        quality: pulseQuality(estimate.snrDb),
        method: estimate.method,
        windowMs: Math.round((length / RATE_HZ) * 1000),
        at,
      });
    } else {
      this.#held.refuse('weak-signal');
    }
  }

  /** Waveform samples that became final since the last call; blank while the rate is withheld. */
  waveform(): WaveformPiece | null {
    const at = this.#history.lastAt;
    if (at === null || !this.#waveform.isDue(at)) return null;
    const length = Math.min(this.#history.length, WINDOW_S * RATE_HZ);
    const shown = this.#held.valueAt(at) !== null;
    return this.#waveform.write(at, length, shown ? this.#signals(length) : null);
  }

  /** Withholds at once and forgets all samples: what was seen until now is no longer this patient's pulse. */
  block(reason: WithheldReason): void {
    this.#restart();
    this.#interruption = 'starting';
    this.#held.block(reason);
  }

  /** Forgets the samples, which are disturbed; the last value is held for a while. */
  interrupt(reason: WithheldReason): void {
    this.#restart();
    this.#interruption = reason;
    this.#held.refuse(reason);
  }

  /** The last stretch without a gap, of at most so many seconds; null while no rate is believed. */
  trace(seconds: number): PulseTrace | null {
    const at = this.#history.lastAt;
    const vital = at === null ? null : this.#held.vitalAt(at);
    if (at === null || vital === null || vital.value === null) return null;
    const length = Math.min(this.#history.length, Math.round(seconds * RATE_HZ));
    const green = this.#pooled([0], 'green', length);
    const mean = green.reduce((sum, level) => sum + level, 0) / length;
    return {
      startAt: at - ((length - 1) * 1000) / RATE_HZ,
      rateHz: RATE_HZ,
      pulse: relativeBand(green, RATE_HZ).map((value) => -value),
      level: green.map((value) => 1 - value / mean),
      perMin: vital.value,
      quality: vital.quality,
    };
  }

  vitalAt(nowMs: number): Vital {
    return this.#held.vitalAt(nowMs);
  }

  /** A value near the one that is shown counts at once; any other has to come again. */
  #isConfirmed(estimate: PulseEstimate, at: number): boolean {
    const candidates = this.#candidates;
    const previous = candidates.at(-1);
    if (previous !== undefined && Math.abs(previous - estimate.perMin) > CONTINUITY_PER_MIN) {
      candidates.length = 0;
    }
    candidates.push(estimate.perMin);
    if (candidates.length > CONFIRMATIONS) candidates.shift();
    const shown = this.#held.valueAt(at);
    if (shown !== null && Math.abs(shown - estimate.perMin) <= CONTINUITY_PER_MIN) return true;
    return candidates.length === CONFIRMATIONS;
  }

  #signals(length: number): PulseSignals {
    const regions = REGION_NAMES.map((_, region) => region).filter((region) =>
      this.#history.latest(channelIndex(region, 'pixels'), length).every((pixels) => pixels > 0),
    );
    const background = this.#history.latest(channelIndex(BACKGROUND, 'green'), length);
    const window: SkinWindow = {
      red: this.#pooled(regions, 'red', length),
      green: this.#pooled(regions, 'green', length),
      blue: this.#pooled(regions, 'blue', length),
      regions: regions.map((region) => this.#history.latest(channelIndex(region, 'green'), length)),
      background: background.every((level) => level > 0) ? background : null,
    };
    return pulseSignals(window, RATE_HZ);
  }

  #pooled(regions: number[], channel: 'red' | 'green' | 'blue', length: number): Float64Array {
    const sum = new Float64Array(length);
    for (const region of regions) {
      const levels = this.#history.latest(channelIndex(region, channel), length);
      for (let i = 0; i < length; i++) sum[i] += levels[i] / regions.length;
    }
    return sum;
  }

  #restart(): void {
    this.#resampler.reset();
    this.#history.clear();
    this.#waveform.reset();
    this.#candidates = [];
    this.#sampledAt = null;
  }
}
