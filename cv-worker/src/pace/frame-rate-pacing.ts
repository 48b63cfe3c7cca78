import { halved, halvings, type FrameRate, type NormalFrameRate } from './frame-rate.ts';
import type { Pressure } from './pressure.ts';

export type StreamPriority = { id: string; inAlert: boolean };

/** Under pressure this share of all halvings is taken at once … */
const SHED_SHARE = 0.2;
/** … and no more for this long, ms: until the load over the last seconds shows what it brought. */
const SHED_INTERVAL_MS = 3000;
/** Recovery begins after so long without pressure, ms, … */
const CALM_MS = 20_000;
/** … by this share of all halvings … */
const RECOVER_SHARE = 0.05;
/** … at a time, ms. Slow, since each return costs what it may have been taken away for. */
const RECOVER_INTERVAL_MS = 5000;

/**
 * Decides each stream's frame rate: all the normal one, and under pressure half of it for more and more streams, those
 * of patients in alert last. It gives up quickly and takes back slowly, so that the rates do not swing.
 */
export class FrameRatePacing {
  readonly #normal: NormalFrameRate;
  /** How many halvings are taken now, over all streams. */
  #shed = 0;
  #lowSince: number | null = null;
  #changedAt = -Infinity;
  #exhausted = false;

  constructor(normal: NormalFrameRate) {
    this.#normal = normal;
  }

  /** Nothing is left to be taken from patients who are not in alert. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /**
   * To be called about once a second.
   * @param streams in a steady order: the last ones give first
   * @returns the rate of each stream, by id
   */
  update(now: number, pressure: Pressure, streams: readonly StreamPriority[]): Map<string, FrameRate> {
    const order = this.#halvings(streams);
    this.#adjust(now, pressure, order.length);
    const times = new Map(streams.map(({ id }) => [id, 0]));
    for (const { id } of order.slice(0, this.#shed)) times.set(id, (times.get(id) ?? 0) + 1);
    const calm = streams.filter(({ inAlert }) => !inAlert).length * halvings(this.#normal);
    this.#exhausted = this.#shed > 0 && this.#shed >= calm;
    return new Map([...times].map(([id, count]) => [id, halved(this.#normal, count)]));
  }

  /** All halvings that there are, in the order in which they are taken. */
  #halvings(streams: readonly StreamPriority[]): StreamPriority[] {
    const rounds = Array.from({ length: halvings(this.#normal) });
    const last = streams.toReversed();
    const calm = last.filter(({ inAlert }) => !inAlert);
    const inAlert = last.filter((stream) => stream.inAlert);
    return [...rounds.flatMap(() => calm), ...rounds.flatMap(() => inAlert)];
  }

  #adjust(now: number, pressure: Pressure, total: number): void {
    this.#lowSince = pressure === 'low' ? (this.#lowSince ?? now) : null;
    const since = now - this.#changedAt;
    if (pressure === 'high' && since >= SHED_INTERVAL_MS) {
      this.#change(now, Math.ceil(SHED_SHARE * total));
    } else if (this.#lowSince !== null && now - this.#lowSince >= CALM_MS && since >= RECOVER_INTERVAL_MS) {
      this.#change(now, -Math.ceil(RECOVER_SHARE * total));
    }
    this.#shed = Math.min(Math.max(this.#shed, 0), total);
  }

  #change(now: number, by: number): void {
    this.#shed += by;
    this.#changedAt = now;
  }
}
