import type { Vital, WithheldReason } from '@haven/protocol';
import { HeldValue } from '../analyzer/held-value.ts';
import type { PulseTrace } from '../pulse/trace.ts';
import { variability, type Measure } from './variability.ts';

/** Pulse that is asked for, s. */
export const VARIABILITY_TRACE_S = 90;
/** What a minute's beats tell hardly changes in a second: judged this often, ms. */
const JUDGE_INTERVAL_MS = 5000;
/** Measured until the next judgement, with a second for its coming late, ms. */
const FRESH_MS = JUDGE_INTERVAL_MS + 1000;
const METHOD = 'pulse-intervals';

/** SDNN and RMSSD of the intervals between beats over the last minute and more (Task Force 1996); experimental. */
export class VariabilityMonitor {
  readonly #sdnn = new HeldValue('sdnn', FRESH_MS);
  readonly #rmssd = new HeldValue('rmssd', FRESH_MS);
  #judgedAt: number | null = null;

  constructor() {
    this.#refuse('too-short');
  }

  /** Whether {@link addPulse} would look at a trace: to fetch one costs as much as to judge it. */
  isDue(nowMs: number): boolean {
    return this.#judgedAt === null || nowMs - this.#judgedAt >= JUDGE_INTERVAL_MS;
  }

  /** @param trace the last {@link VARIABILITY_TRACE_S} without a gap, or as much as there is; null when there is none */
  addPulse(nowMs: number, trace: PulseTrace | null): void {
    if (!this.isDue(nowMs)) return;
    this.#judgedAt = nowMs;
    if (trace === null) {
      this.#refuse('weak-signal');
      return;
    }
    const windowMs = Math.round((1000 * trace.pulse.length) / trace.rateHz);
    const at = trace.startAt + (1000 * (trace.pulse.length - 1)) / trace.rateHz;
    const found = variability(trace);
    judge(this.#sdnn, found.sdnn, windowMs, at);
    judge(this.#rmssd, found.rmssd, windowMs, at);
  }

  /** Withholds at once. */
  block(reason: WithheldReason): void {
    this.#judgedAt = null;
    this.#sdnn.block(reason);
    this.#rmssd.block(reason);
  }

  /** SDNN and RMSSD, ms. */
  vitals(nowMs: number): [Vital, Vital] {
    return [this.#sdnn.vitalAt(nowMs), this.#rmssd.vitalAt(nowMs)];
  }

  #refuse(reason: WithheldReason): void {
    this.#sdnn.refuse(reason);
    this.#rmssd.refuse(reason);
  }
}

function judge(held: HeldValue, measure: Measure, windowMs: number, at: number): void {
  if ('refusal' in measure) held.refuse(measure.refusal);
  else {
    const quality = Math.round(100 * measure.quality) / 100;
    held.accept({ value: measure.value, quality, method: METHOD, windowMs, at });
  }
}
