import { chrom } from './chrom.ts';
import { greenPulse, relativeBand, type GreenPulse } from './green.ts';
import { pos } from './pos.ts';

/** Uniformly sampled means of the skin and the background, grey levels; all of the same length. */
export type SkinWindow = {
  red: Float64Array;
  green: Float64Array;
  blue: Float64Array;
  /** Green of each skin region by itself. */
  regions: Float64Array[];
  /** Null when the picture shows none. */
  background: Float64Array | null;
};

/** The pulse of one window, as each method sees it. */
export type PulseSignals = {
  pos: Float64Array;
  chrom: Float64Array;
  green: GreenPulse;
  regions: Float64Array[];
  hasBackground: boolean;
};

export function pulseSignals(window: SkinWindow, rateHz: number): PulseSignals {
  const { red, green, blue } = window;
  const background = window.background === null ? null : relativeBand(window.background, rateHz);
  return {
    pos: pos(red, green, blue, rateHz),
    chrom: chrom(red, green, blue, rateHz),
    green: greenPulse(green, background, rateHz),
    regions: window.regions.map((region) => greenPulse(region, background, rateHz).signal),
    hasBackground: background !== null,
  };
}
