import { History } from '../pulse/history.ts';
import { UniformResampler } from '../pulse/resampler.ts';
import { standardDeviation } from '../pulse/statistics.ts';
import { SERIES_RATE_HZ } from './rate-grid.ts';

/** Twice the series' rate, so that a mean of neighbours keeps a beating heart out of it. */
const CHEST_RATE_HZ = 2 * SERIES_RATE_HZ;
/** Over a longer gap the chest may be anywhere, ms. */
const MAX_GAP_MS = 1500;
/** Less than this is the picture's noise, pixels (standard deviation). */
const MIN_MOVEMENT = 0.03;

/** The chest's movement without a gap, of at most so many seconds. */
export class ChestSource {
  readonly #resampler = new UniformResampler(CHEST_RATE_HZ, 1);
  readonly #history: History;
  readonly #sample = new Float64Array(1);
  #sampledAt: number | null = null;

  constructor(seconds: number) {
    this.#history = new History(1, seconds * CHEST_RATE_HZ);
  }

  /** Time of the latest sample, ms. */
  get lastAt(): number | null {
    return this.#history.lastAt;
  }

  get seconds(): number {
    return this.#history.length / CHEST_RATE_HZ;
  }

  add(timeMs: number, displacement: number): void {
    if (this.#sampledAt !== null && timeMs - this.#sampledAt > MAX_GAP_MS) this.reset();
    this.#sampledAt = timeMs;
    this.#sample[0] = displacement;
    this.#resampler.push(timeMs, this.#sample, (at, values) => this.#history.push(at, values));
  }

  /** The last seconds at {@link SERIES_RATE_HZ}; null when the chest hardly moved. */
  series(seconds: number): Float64Array | null {
    const fine = this.#history.latest(0, seconds * CHEST_RATE_HZ);
    const last = fine.length - 1;
    const series = new Float64Array(seconds * SERIES_RATE_HZ);
    for (let i = 0; i < series.length; i++) {
      const at = 2 * i + 1;
      series[i] = (fine[at - 1] + 2 * fine[at] + fine[Math.min(last, at + 1)]) / 4;
    }
    return standardDeviation(series) < MIN_MOVEMENT ? null : series;
  }

  reset(): void {
    this.#resampler.reset();
    this.#history.clear();
    this.#sampledAt = null;
  }
}
