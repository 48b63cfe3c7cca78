import type { Vital } from '@haven/protocol';
import type { PoolLoad } from '../pool/pool-load.ts';
import type { Tap } from '../tap/tap.ts';
import type { NormalFrameRate } from './frame-rate.ts';
import { FrameRatePacing, type StreamPriority } from './frame-rate-pacing.ts';
import { LayerChoice, type FacePlace, type LayerEvidence } from './layer-choice.ts';
import { PressureGauge, type Pressure } from './pressure.ts';
import { processorTime } from './processor-time.ts';

const NOTHING_KNOWN: LayerEvidence = { face: null, withheld: null };

/** A stream whose rate and layer are steered. */
export class PacedStream {
  readonly tap: Pick<Tap, 'aim' | 'layers'>;
  readonly choice = new LayerChoice();
  inAlert = false;
  evidence = NOTHING_KNOWN;

  constructor(tap: Pick<Tap, 'aim' | 'layers'>) {
    this.tap = tap;
  }

  /** What the analysis found in the last second. */
  observe(vitals: readonly Vital[], face: FacePlace | null): void {
    const pulse = vitals.find(({ name }) => name === 'pulse');
    this.evidence = { face, withheld: pulse?.state === 'withheld' ? pulse.reason : null };
  }

  /** Its analysis begins anew: what was found is no evidence any more. */
  forget(): void {
    this.evidence = NOTHING_KNOWN;
  }
}

/** Steers how often and on which layer each stream is analysed, by what the machine can do and by what is found. */
export class Pacer {
  readonly #gauge = new PressureGauge();
  readonly #pacing: FrameRatePacing;
  readonly #load: PoolLoad;
  readonly #processorTime: typeof processorTime;
  /** The server asks for less: its machine, or what it does for viewers, is short of processor time. */
  reduced = false;

  constructor(options: {
    normalRate: NormalFrameRate;
    load: PoolLoad;
    processorTime?: typeof processorTime;
  }) {
    this.#pacing = new FrameRatePacing(options.normalRate);
    this.#load = options.load;
    this.#processorTime = options.processorTime ?? processorTime;
  }

  /** To be called about once a second. @param now ms of a steady clock; `streams` by id, the oldest first */
  update(now: number, streams: ReadonlyMap<string, { pace: PacedStream }>): void {
    const { framesAnalysed, framesDropped } = this.#load;
    const latencyMs = this.#load.takeLatencyMs();
    const processor = this.#processorTime();
    const order = Array.from(streams, ([id, { pace }]) => ({ id, inAlert: pace.inAlert }));
    const own = this.#gauge.add({ now, processor, framesAnalysed, framesDropped, latencyMs });
    const pressure = this.reduced && own !== 'high' ? this.#asked(order) : own;
    const rates = this.#pacing.update(now, pressure, order);
    for (const [id, { pace }] of streams) {
      const { tap, choice, evidence, inAlert } = pace;
      const view = choice.update(now, evidence, pressure === 'low');
      const missing = tap.layers !== null && tap.layers.spatialLayer < view.spatialLayer;
      const unaffordable = this.#pacing.exhausted && !inAlert;
      if (view.crop !== null && (missing || unaffordable)) choice.giveUp(now);
      const rate = rates.get(id);
      if (rate !== undefined) tap.aim(choice.view, rate);
    }
  }

  /** What the server asks for is given until nothing is left but patients in alert. */
  #asked(order: readonly StreamPriority[]): Pressure {
    return this.#pacing.exhausted || order.every(({ inAlert }) => inAlert) ? 'fair' : 'high';
  }
}
