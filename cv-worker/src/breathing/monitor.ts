import type { Vital, WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import type { PulseTrace } from '../pulse/trace.ts';
import { ChestSource } from './chest-source.ts';
import type { ChestMovement } from './chest-tracker.ts';
import { modulations } from './modulations.ts';
import { rateEvidence } from './rate-evidence.ts';
import { massAbout, RATES, SERIES_RATE_HZ } from './rate-grid.ts';
import { estimateOf, RateTracker, TOLERANCE_PER_MIN } from './rate-tracker.ts';

/** Eight breaths of a slow breather; as long as the published comparisons take. */
const WINDOW_S = 32;
/** A first window may be shorter, in steps that keep the tables of the spectrum few. */
const MIN_WINDOW_S = 20;
const WINDOW_STEP_S = 4;
/**
 * What a source's window a second later adds, as a power of its likelihood. A window with its taper is as long as 16 s,
 * so that a second is a sixteenth of it; the chest shows breathing itself and follows a change twice as fast.
 */
const NEWS = { chest: 0.12, pulse: 0.06 } as const;
/** And what its first window does: the modulations of a pulse share the noise of the same beats. */
const FIRST = { chest: 1, pulse: 0.2 } as const;
/**
 * A source supports a value when its newest window alone gives it this probability. Noise alone then gives a value in 1
 * of 1000 seconds of the chest, in 1 of 75 when it wanders like a random walk; the three modulations of a pulse have to
 * agree for theirs, twice that of chance, and gave none in 880 seconds of noise.
 */
const SUPPORT = { chest: 0.6, pulse: 0.3 } as const;
/** Each beat shows one sample of breathing: nothing near half the pulse rate, and above, can be told apart. */
const BEATS_A_BREATH = 2.1;
/** Rates that are published, 1/min. */
const MIN_PER_MIN = 6;
const MAX_PER_MIN = 40;
/** A rounding more: what is read at the end of the range belongs to it. */
const MARGIN_PER_MIN = 0.5;
/** A value is shown from this quality on: the tracker's probability that it is within 3/min, which proved calibrated. */
const MIN_QUALITY = 0.85;
/**
 * A source is sure of its rate from this probability on. Against a chest that is sure of another rate, a pulse is not
 * believed: a head that nods and a light that changes modulate it as well.
 */
const SURE = 0.9;

type Source = {
  name: 'chest' | 'pulse';
  evidence: Float64Array;
  seconds: number;
  at: number;
};

/** Settled pulse ends up to 1.6 s before now: a second to settle, half a second a piece, and a late picture, ms. */
const FRESH_MS = 2000;

const METHODS = { chest: 'chest-movement', pulse: 'pulse-modulation', both: 'chest+pulse' } as const;

/** Breathing rate from the movement of the chest and from what breathing does to the pulse. */
export class BreathingMonitor {
  readonly #chest = new ChestSource(WINDOW_S);
  readonly #tracker = new RateTracker();
  readonly #held = new HeldValue('breathing', FRESH_MS);
  #trace: PulseTrace | null = null;
  #chestJudgedAt: number | null = null;
  #interruption: WithheldReason = 'starting';

  /** @param movement of the chest's patches and the background */
  addChest(timeMs: number, movement: ChestMovement): void {
    this.#chest.add(timeMs, movement);
  }

  /** The pulse of the last half minute or more; once a second. */
  addPulse(trace: PulseTrace): void {
    this.#trace = trace;
  }

  /** Judges the window that ends now; once a second. */
  evaluate(): void {
    this.#tracker.advance();
    const sources = [this.#chestEvidence(), this.#pulseEvidence()].filter((source) => source !== null);
    if (sources.length === 0) {
      this.#held.refuse(this.#tracker.hasObserved ? 'weak-signal' : this.#interruption);
      return;
    }
    const chest = surelyOf(sources, 'chest');
    const pulse = surelyOf(sources, 'pulse');
    const isAstray = chest !== null && pulse !== null && !agree(chest, pulse);
    const believed = isAstray ? sources.filter(({ name }) => name === 'chest') : sources;
    const weights = this.#tracker.hasObserved ? NEWS : FIRST;
    for (const { name, evidence } of believed) this.#tracker.observe(evidence, weights[name]);
    const { perMin, probability, low, high } = this.#tracker.estimate();
    if (chest !== null && !agree(chest, perMin)) {
      // The chest has changed to another rate: the one of before is no longer to be held.
      this.#held.block('disagreement');
      return;
    }
    const supporting = believed.filter(
      ({ name, evidence }) => massAbout(evidence, perMin, TOLERANCE_PER_MIN) >= SUPPORT[name],
    );
    if (
      probability < MIN_QUALITY ||
      supporting.length === 0 ||
      perMin < MIN_PER_MIN - MARGIN_PER_MIN ||
      perMin > MAX_PER_MIN + MARGIN_PER_MIN
    ) {
      this.#held.refuse('weak-signal');
      return;
    }
    this.#held.accept({
      value: perMin,
      interval: { low, high },
      quality: Math.round(100 * probability) / 100,
      method: METHODS[supporting.length === 2 ? 'both' : supporting[0].name],
      windowMs: Math.max(...supporting.map(({ seconds }) => seconds)) * 1000,
      at: Math.max(...supporting.map(({ at }) => at)),
    });
  }

  /** Withholds at once and forgets all samples. */
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

  vitalAt(nowMs: number): Vital {
    return this.#held.vitalAt(nowMs);
  }

  #chestEvidence(): Source | null {
    const at = this.#chest.lastAt;
    const seconds = wholeWindow(this.#chest.seconds);
    if (at === null || at === this.#chestJudgedAt || seconds === null) return null;
    this.#chestJudgedAt = at;
    const series = this.#chest.series(seconds);
    if (series === null) return null;
    return { name: 'chest', evidence: rateEvidence(series), seconds, at };
  }

  #pulseEvidence(): Source | null {
    const trace = this.#trace;
    this.#trace = null;
    if (trace === null) return null;
    const seconds = wholeWindow(trace.pulse.length / trace.rateHz);
    const series = seconds === null ? null : modulations(trace);
    if (seconds === null || series === null) return null;
    const evidence = new Float64Array(RATES).fill(1);
    for (const modulation of [series.intensity, series.amplitude, series.interval]) {
      const latest = modulation.subarray(-seconds * SERIES_RATE_HZ);
      const one = rateEvidence(latest, trace.perMin / BEATS_A_BREATH);
      for (let bin = 0; bin < RATES; bin++) evidence[bin] *= one[bin];
    }
    const sum = evidence.reduce((total, value) => total + value, 0);
    const at = trace.startAt + ((trace.pulse.length - 1) * 1000) / trace.rateHz;
    return { name: 'pulse', evidence: evidence.map((value) => value / sum), seconds, at };
  }

  #restart(): void {
    this.#chest.reset();
    this.#tracker.reset();
    this.#trace = null;
    this.#chestJudgedAt = null;
  }
}

/** The longest window that so many seconds fill; null when even the shortest is not full. */
function wholeWindow(seconds: number): number | null {
  const whole = Math.min(WINDOW_S, Math.floor(seconds / WINDOW_STEP_S) * WINDOW_STEP_S);
  return whole < MIN_WINDOW_S ? null : whole;
}

/** The rate that a source by itself is sure of; null when it is not, or not there. */
function surelyOf(sources: Source[], wanted: Source['name']): number | null {
  const source = sources.find(({ name }) => name === wanted);
  if (source === undefined) return null;
  const { perMin, probability } = estimateOf(source.evidence);
  return probability >= SURE ? perMin : null;
}

function agree(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE_PER_MIN;
}
