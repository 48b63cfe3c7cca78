import { detrend } from '../pulse/detrend.ts';
import { History } from '../pulse/history.ts';
import { UniformResampler } from '../pulse/resampler.ts';
import { standardDeviation } from '../pulse/statistics.ts';
import { CHEST_PATCHES, type ChestMovement } from './chest-tracker.ts';
import { combinePatches, removeShared } from './patches.ts';
import { SERIES_LAMBDA, SERIES_RATE_HZ } from './rate-grid.ts';

/** Twice the series' rate, so that a mean of neighbours keeps a beating heart out of it. */
const CHEST_RATE_HZ = 2 * SERIES_RATE_HZ;
/** Over a longer gap the chest may be anywhere, ms. */
const MAX_GAP_MS = 1500;
/** Less than this is the picture's noise, pixels (standard deviation). */
const MIN_MOVEMENT = 0.03;

/** The chest's movement without a gap, of at most so many seconds. */
export class ChestSource {
  readonly #resampler = new UniformResampler(CHEST_RATE_HZ, CHEST_PATCHES + 1);
  readonly #history: History;
  #sampledAt: number | null = null;

  constructor(seconds: number) {
    this.#history = new History(CHEST_PATCHES + 1, seconds * CHEST_RATE_HZ);
  }

  /** Time of the latest sample, ms. */
  get lastAt(): number | null {
    return this.#history.lastAt;
  }

  get seconds(): number {
    return this.#history.length / CHEST_RATE_HZ;
  }

  add(timeMs: number, movement: ChestMovement): void {
    if (this.#sampledAt !== null && timeMs - this.#sampledAt > MAX_GAP_MS) this.reset();
    this.#sampledAt = timeMs;
    this.#resampler.push(timeMs, movement, (at, values) => this.#history.push(at, values));
  }

  /** What the patches have in common over the last seconds, at {@link SERIES_RATE_HZ}; null when it hardly moved. */
  series(seconds: number): Float64Array | null {
    const background = this.#channel(CHEST_PATCHES, seconds);
    const patches: Float64Array[] = [];
    for (let patch = 0; patch < CHEST_PATCHES; patch++) {
      const series = this.#channel(patch, seconds);
      if (series === null) continue;
      if (background !== null) removeShared(series, background);
      patches.push(series);
    }
    const series = combinePatches(patches);
    return series === null || standardDeviation(series) < MIN_MOVEMENT ? null : series;
  }

  reset(): void {
    this.#resampler.reset();
    this.#history.clear();
    this.#sampledAt = null;
  }

  /** Null for a patch that was not seen all the time. */
  #channel(channel: number, seconds: number): Float64Array | null {
    const fine = this.#history.latest(channel, seconds * CHEST_RATE_HZ);
    const last = fine.length - 1;
    const series = new Float64Array(seconds * SERIES_RATE_HZ);
    for (let i = 0; i < series.length; i++) {
      const at = 2 * i + 1;
      series[i] = (fine[at - 1] + 2 * fine[at] + fine[Math.min(last, at + 1)]) / 4;
    }
    return series.some(Number.isNaN) ? null : detrend(series, SERIES_LAMBDA);
  }
}
