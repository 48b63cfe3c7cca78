import type { Vital } from '@haven/protocol';
import { BAND_HIGH_HZ, BAND_LOW_HZ } from '../pulse/band.ts';
import { BandSpectrum } from '../pulse/spectrum.ts';
import type { Waveform } from './analysis.ts';

/** Shorter than this a spectrum shows little but its own width, s. */
const MIN_WINDOW_S = 5;
/** One beat a minute. */
const STEP_HZ = 1 / 60;

export type ClearestWindow = {
  fromMs: number;
  toMs: number;
  /** The rate that was read from it, 1/min, with its quality. */
  perMin: number;
  quality: number;
  /** Power by rate, the highest being 1. */
  spectrum: { perMin: number[]; power: number[] };
};

/**
 * The measured window of the highest quality of those whose waveform is known throughout, else the one of which most is
 * known: the waveform is blank before a rate is first believed.
 */
export function clearestWindow(
  seconds: readonly { pulse: Vital }[],
  waveform: Waveform,
): ClearestWindow | null {
  let best: { pulse: Vital; stretch: Stretch } | null = null;
  for (const { pulse } of seconds) {
    const stretch = pulse.state === 'measured' ? stretchOf(pulse, waveform) : null;
    if (stretch === null) continue;
    const isLonger = best === null || stretch.samples.length > best.stretch.samples.length;
    const isAsLong = best?.stretch.samples.length === stretch.samples.length;
    if (isLonger || (isAsLong && pulse.quality > (best?.pulse.quality ?? 0))) best = { pulse, stretch };
  }
  if (best === null) return null;
  const { pulse, stretch } = best;
  return {
    fromMs: Math.round(stretch.fromMs),
    toMs: Math.round(stretch.fromMs + ((stretch.samples.length - 1) * 1000) / waveform.rateHz),
    perMin: pulse.value ?? 0,
    quality: pulse.quality,
    spectrum: spectrumOf(stretch.samples, waveform.rateHz),
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

function spectrumOf(samples: Float64Array, rateHz: number): ClearestWindow['spectrum'] {
  const analysis = new BandSpectrum({ lowHz: BAND_LOW_HZ, highHz: BAND_HIGH_HZ, stepHz: STEP_HZ, rateHz });
  const { power } = analysis.of(samples);
  const highest = Math.max(...power, Number.MIN_VALUE);
  return {
    perMin: Array.from(power, (_, bin) => Math.round((BAND_LOW_HZ + bin * STEP_HZ) * 60)),
    power: Array.from(power, (value) => Math.round((value / highest) * 1000) / 1000),
  };
}
