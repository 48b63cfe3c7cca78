import { BACKGROUND, channelIndex, REGION_NAMES } from '../skin-sample.ts';
import { relativeBand } from './filter.ts';
import type { History } from './history.ts';
import { removeLight } from './light.ts';
import { mean, standardDeviation } from './statistics.ts';

/** Weights of red, green and blue in luma (ITU-R BT.601): the plane that compression spares longest. */
export const LUMA = { red: 0.299, green: 0.587, blue: 0.114 };

/** The skin over one window: relative levels about 1, regions weighed together; all of the same length. */
export type SkinWindow = {
  red: Float64Array;
  green: Float64Array;
  blue: Float64Array;
  luma: Float64Array;
  /** Changes of the background's brightness in the pulse band; null when the picture shows none. */
  background: Float64Array | null;
};

/**
 * The latest `length` samples of all regions that were visible throughout; null when none was. Regions are normalised
 * by their own level, so that none weighs more for being bright, and weighed by the root of their pixels over their
 * noise: between the two assumptions that noise averages out over pixels and that it does not.
 */
export function skinWindow(history: History, length: number, rateHz: number): SkinWindow | null {
  const background = backgroundBand(history, length, rateHz);
  const sum = () => new Float64Array(length);
  const window = { red: sum(), green: sum(), blue: sum(), luma: sum(), background };
  let weights = 0;
  for (let region = 0; region < REGION_NAMES.length; region++) {
    const pixels = history.latest(channelIndex(region, 'pixels'), length);
    if (!pixels.every((count) => count > 0)) continue;
    const red = history.latest(channelIndex(region, 'red'), length);
    const green = history.latest(channelIndex(region, 'green'), length);
    const blue = history.latest(channelIndex(region, 'blue'), length);
    const luma = red.map((level, i) => LUMA.red * level + LUMA.green * green[i] + LUMA.blue * blue[i]);
    const noise = standardDeviation(removeLight(relativeBand(luma, rateHz), background));
    // A region without any change is a painted one, or one that the encoder no longer sends.
    if (noise === 0) continue;
    const weight = Math.sqrt(mean(pixels)) / noise;
    weights += weight;
    accumulate(window.red, red, weight);
    accumulate(window.green, green, weight);
    accumulate(window.blue, blue, weight);
    accumulate(window.luma, luma, weight);
  }
  if (weights === 0) return null;
  for (const channel of [window.red, window.green, window.blue, window.luma]) {
    for (let i = 0; i < length; i++) channel[i] /= weights;
  }
  return window;
}

function accumulate(sum: Float64Array, levels: Float64Array, weight: number): void {
  const level = mean(levels);
  const scale = level > 0 ? weight / level : 0;
  for (let i = 0; i < sum.length; i++) sum[i] += scale * levels[i];
}

function backgroundBand(history: History, length: number, rateHz: number): Float64Array | null {
  const pixels = history.latest(channelIndex(BACKGROUND, 'pixels'), length);
  if (!pixels.every((count) => count > 0)) return null;
  const green = history.latest(channelIndex(BACKGROUND, 'green'), length);
  return relativeBand(green, rateHz);
}
