import { WAVEFORM_RATE_HZ } from '@haven/protocol';
import { relativeBand } from '../pulse/filter.ts';
import { History } from '../pulse/history.ts';
import { UniformResampler } from '../pulse/resampler.ts';
import { LUMA } from '../pulse/skin-window.ts';
import { channelIndex, REGION_NAMES, type SkinSample } from '../skin-sample.ts';

/** As long as a pulse's own window, s. */
const KEPT_S = 10;
/** Another stretch begins after a longer gap, ms. */
const MAX_GAP_MS = 1000;

/** The skin's brightness of the last seconds as it was seen, for where no pulse was believed. */
export class SkinBrightness {
  readonly #resampler = new UniformResampler(WAVEFORM_RATE_HZ, 1);
  readonly #history = new History(1, KEPT_S * WAVEFORM_RATE_HZ);
  readonly #value = new Float64Array(1);
  #lastAt: number | null = null;

  add(timeMs: number, sample: SkinSample): void {
    const brightness = brightnessOf(sample);
    if (brightness === null) return;
    if (this.#lastAt !== null && timeMs - this.#lastAt > MAX_GAP_MS) {
      this.#resampler.reset();
      this.#history.clear();
    }
    this.#lastAt = timeMs;
    this.#value[0] = brightness;
    this.#resampler.push(timeMs, this.#value, (at, values) => this.#history.push(at, values));
  }

  /** Changes in the pulse's band as shares of the level, rising with blood volume; null when too few were seen. */
  latest(minSeconds: number): { fromMs: number; samples: Float64Array } | null {
    const { length, lastAt } = this.#history;
    if (lastAt === null || length < minSeconds * WAVEFORM_RATE_HZ) return null;
    const band = relativeBand(this.#history.latest(0, length), WAVEFORM_RATE_HZ);
    return {
      fromMs: lastAt - ((length - 1) * 1000) / WAVEFORM_RATE_HZ,
      samples: band.map((value) => -value),
    };
  }
}

/** Mean luma of all visible skin; null when there is none. */
function brightnessOf(sample: SkinSample): number | null {
  let sum = 0;
  let count = 0;
  for (let region = 0; region < REGION_NAMES.length; region++) {
    const of = (channel: Parameters<typeof channelIndex>[1]) => sample[channelIndex(region, channel)];
    count += of('pixels');
    sum += of('pixels') * (LUMA.red * of('red') + LUMA.green * of('green') + LUMA.blue * of('blue'));
  }
  return count === 0 ? null : sum / count;
}
