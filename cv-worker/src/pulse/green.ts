import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { bandPassZeroPhase } from './filter.ts';
import { mean } from './statistics.ts';

export type GreenPulse = {
  signal: Float64Array;
  /** Share of the skin's power in the band that the background explains, 0–1. */
  sharedPower: number;
};

/**
 * The plain green mean (Verkruysse et al. 2008), relative to its level, less what it has in common with the background:
 * light that changes moves both. Strong compression takes the colour of the pulse away and leaves its brightness,
 * so that this holds where POS and CHROM do not. It falls with blood volume.
 *
 * @param background the background's {@link relativeBand}, of the same length; null when none is in the picture
 */
export function greenPulse(skin: Float64Array, background: Float64Array | null, rateHz: number): GreenPulse {
  const signal = relativeBand(skin, rateHz);
  if (background === null) return { signal, sharedPower: 0 };
  let common = 0;
  let lightPower = 0;
  let skinPower = 0;
  for (let i = 0; i < signal.length; i++) {
    common += signal[i] * background[i];
    lightPower += background[i] * background[i];
    skinPower += signal[i] * signal[i];
  }
  if (lightPower === 0 || skinPower === 0) return { signal, sharedPower: 0 };
  const gain = Math.max(0, common / lightPower);
  return {
    signal: signal.map((value, i) => value - gain * background[i]),
    sharedPower: (gain * common) / skinPower,
  };
}

/** Changes within the pulse band relative to the mean level. */
export function relativeBand(levels: Float64Array, rateHz: number): Float64Array {
  const level = mean(levels);
  if (level === 0) return new Float64Array(levels.length);
  const relative = levels.map((value) => value / level - 1);
  return bandPassZeroPhase(relative, BAND_LOW_HZ, BAND_HIGH_HZ, rateHz);
}
