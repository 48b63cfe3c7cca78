import type { Vital } from '@haven/protocol';
import { BAND_HIGH_HZ, BAND_LOW_HZ } from '../pulse/band.ts';
import { BandSpectrum } from '../pulse/spectrum.ts';
import type { Waveform } from './analysis.ts';

/** Shorter than this a spectrum shows little but its own width, s. */
export const MIN_WINDOW_S = 5;
/** One beat a minute. */
const STEP_HZ = 1 / 60;

/** A stretch of signal without a blank, with its spectrum. */
export type SpectrumWindow = {
  fromMs: number;
  toMs: number;
  rateHz: number;
  samples: number[];
  /** Rate and quality that were read from it; null where no pulse was believed and it is the skin's brightness. */
  reading: { perMin: number; quality: number } | null;
  /** Power by rate, 1/min, the highest being 1. */
  spectrum: { perMin: number[]; power: number[] };
};

/**
 * The measured window of the highest quality of those whose waveform is known throughout, else the one of which most is
 * known: the waveform is blank before a rate is first believed. Null when no pulse was believed for long enough.
 */
export function clearestWindow(
  seconds: readonly { pulse: Vital }[],
  waveform: Waveform,
): SpectrumWindow | null {
  let best: { perMin: number; quality: number; stretch: Stretch } | null = null;
  for (const { pulse } of seconds) {
    const stretch = pulse.state === 'measured' ? stretchOf(pulse, waveform) : null;
    if (stretch === null || pulse.value === null) continue;
    const candidate = { perMin: pulse.value, quality: pulse.quality, stretch };
    const longer = stretch.samples.length - (best?.stretch.samples.length ?? 0);
    if (longer > 0 || (longer === 0 && pulse.quality > (best?.quality ?? 0))) best = candidate;
  }
  if (best === null) return null;
  const { perMin, quality, stretch } = best;
  return spectrumWindow(stretch.fromMs, stretch.samples, waveform.rateHz, { perMin, quality });
}

export function spectrumWindow(
  fromMs: number,
  samples: Float64Array,
  rateHz: number,
  reading: SpectrumWindow['reading'],
): SpectrumWindow {
  return {
    fromMs: Math.round(fromMs),
    toMs: Math.round(fromMs + ((samples.length - 1) * 1000) / rateHz),
    rateHz,
    samples: Array.from(samples),
    reading,
    spectrum: spectrumOf(samples, rateHz),
  };
}

type Stretch = { fromMs: number; samples: Float64Array };

/** The longest stretch without a blank within a value's window; null when it is too short. */
function stretchOf({ measuredAt, windowMs }: Vital, { startAt, rateHz, samples }: Waveform): Stretch | null {
  if (measuredAt === null) return null;
  const last = Math.floor(((measuredAt - startAt) / 1000) * rateHz);
  const first = Math.max(0, last - Math.round((windowMs / 1000) * rateHz));
  let longest = { from: first, length: 0 };
  let from = first;
  for (let i = first; i <= Math.min(last, samples.length - 1); i++) {
    if (samples[i] === null) from = i + 1;
    else if (i - from + 1 > longest.length) longest = { from, length: i - from + 1 };
  }
  if (longest.length < MIN_WINDOW_S * rateHz) return null;
  const known = samples.slice(longest.from, longest.from + longest.length);
  return {
    fromMs: startAt + (longest.from * 1000) / rateHz,
    samples: Float64Array.from(known, (sample) => sample ?? 0),
  };
}

function spectrumOf(samples: Float64Array, rateHz: number): SpectrumWindow['spectrum'] {
  const analysis = new BandSpectrum({ lowHz: BAND_LOW_HZ, highHz: BAND_HIGH_HZ, stepHz: STEP_HZ, rateHz });
  const { power } = analysis.of(samples);
  const highest = Math.max(...power, Number.MIN_VALUE);
  return {
    perMin: Array.from(power, (_, bin) => Math.round((BAND_LOW_HZ + bin * STEP_HZ) * 60)),
    power: Array.from(power, (value) => Math.round((value / highest) * 1000) / 1000),
  };
}
