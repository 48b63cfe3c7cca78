import type { WithheldReason } from '@haven/protocol';
import { BAND_HIGH_HZ, BAND_LOW_HZ, MAX_PULSE_PER_MIN, MIN_PULSE_PER_MIN } from './band.ts';
import { detrend, lambdaFor } from './detrend.ts';
import type { PulseSignals } from './signals.ts';
import { pulseSnrDb } from './snr.ts';
import { BandSpectrum, peakFrequency } from './spectrum.ts';

export type PulseMethod = 'pos+chrom' | 'pos+chrom+green' | 'green';

/** A rate that a window supports. */
export type PulseEstimate = {
  perMin: number;
  /** Mean of the methods that support it. */
  snrDb: number;
  method: PulseMethod;
};

/** Why a window supports none. */
export type PulseRefusal = Extract<WithheldReason, 'weak-signal' | 'disagreement' | 'light-changing'>;
export type PulseReading =
  { estimate: PulseEstimate; refusal: null } | { estimate: null; refusal: PulseRefusal };

/** How much a window has to show. */
export type Demand = {
  /** Added to every threshold for the signal-to-noise ratio, dB. */
  extraSnrDb: number;
  /** A rate believed until now, 1/min: what is near it may be weaker. */
  expectedPerMin: number | null;
  /** Whether the head kept still: a head that turns in the light changes its brightness, much less its colour. */
  still: boolean;
};

type MethodReading = { perMin: number; snrDb: number };

/** Methods further apart do not see the same pulse, 1/min. */
const AGREEMENT_PER_MIN = 5;
/** Clips without a pulse do not reach this with their methods, or regions, in agreement. */
const MIN_SNR_DB = 1;
/** POS and CHROM share their noise: alone, against the brightness, they have to be clearer. */
const COLOUR_ALONE_EXTRA_DB = 1.5;
/** What is expected anyway needs less to be believed. */
const EXPECTED_RELIEF_DB = 1.5;
/** What a moving head adds to the noise can look like a pulse in all methods at once. */
const MOVING_EXTRA_DB = 2;
/** Regions, each with its own noise, that must show the rate of the whole skin by themselves. */
const MIN_AGREEING_REGIONS = 2;
const REGION_AGREEMENT_PER_MIN = 4;
/** Above this the skin's brightness follows the room's light more than its blood. */
const MAX_SHARED_POWER = 0.5;
const DETREND_CUTOFF_HZ = 0.4;
/** Half a beat a minute: fine enough for a parabola between the bins. */
const SPECTRUM_STEP_HZ = 0.5 / 60;

/**
 * Pulse rate of one window, from three methods that fail differently: POS and CHROM lose the pulse when compression
 * takes its colour away, brightness when the light changes. Two of them have to agree, or brightness has to show the
 * same rate on separate regions of the skin and not on the background.
 */
export class PulseEstimator {
  readonly #lambda: number;
  readonly #spectrum: BandSpectrum;

  constructor(rateHz: number) {
    this.#lambda = lambdaFor(DETREND_CUTOFF_HZ, rateHz);
    this.#spectrum = new BandSpectrum({
      lowHz: BAND_LOW_HZ,
      highHz: BAND_HIGH_HZ,
      stepHz: SPECTRUM_STEP_HZ,
      rateHz,
    });
  }

  estimate(signals: PulseSignals, demand: Demand): PulseReading {
    const pos = this.#read(signals.pos);
    const chrom = this.#read(signals.chrom);
    const green = this.#read(signals.green.signal);
    const demandedDb = MIN_SNR_DB + demand.extraSnrDb + (demand.still ? 0 : MOVING_EXTRA_DB);
    const relief = (perMin: number) =>
      demand.expectedPerMin !== null && agree(perMin, demand.expectedPerMin) ? EXPECTED_RELIEF_DB : 0;
    const colour = agree(pos.perMin, chrom.perMin)
      ? { perMin: weighted(pos, chrom), snrDb: (pos.snrDb + chrom.snrDb) / 2 }
      : null;

    if (colour !== null && agree(colour.perMin, green.perMin)) {
      const perMin = weighted(colour, green);
      const snrDb = (pos.snrDb + chrom.snrDb + green.snrDb) / 3;
      if (snrDb >= demandedDb - relief(perMin)) {
        return accepted(perMin, snrDb, 'pos+chrom+green');
      }
    }
    const brightIsClear =
      demand.still &&
      signals.hasBackground &&
      green.snrDb >= demandedDb - relief(green.perMin) &&
      this.#agreeingRegions(signals.regions, green.perMin) >= MIN_AGREEING_REGIONS;
    const colourIsClear = colour !== null && colour.snrDb >= demandedDb + COLOUR_ALONE_EXTRA_DB;

    if (brightIsClear && signals.green.sharedPower > MAX_SHARED_POWER) return refused('light-changing');
    if (colourIsClear && brightIsClear) return refused('disagreement');
    if (colourIsClear) return accepted(colour.perMin, colour.snrDb, 'pos+chrom');
    if (brightIsClear) return accepted(green.perMin, green.snrDb, 'green');
    const bothClear = Math.min(pos.snrDb, chrom.snrDb) >= MIN_SNR_DB;
    return refused(colour === null && bothClear ? 'disagreement' : 'weak-signal');
  }

  #agreeingRegions(regions: Float64Array[], perMin: number): number {
    return regions.filter(
      (region) => Math.abs(this.#read(region).perMin - perMin) <= REGION_AGREEMENT_PER_MIN,
    ).length;
  }

  #read(pulse: Float64Array): MethodReading {
    const spectrum = this.#spectrum.of(detrend(pulse, this.#lambda));
    const peakHz = peakFrequency(spectrum, MIN_PULSE_PER_MIN / 60, MAX_PULSE_PER_MIN / 60);
    return { perMin: peakHz * 60, snrDb: pulseSnrDb(spectrum, peakHz) };
  }
}

function agree(a: number, b: number): boolean {
  return Math.abs(a - b) <= AGREEMENT_PER_MIN;
}

/** Mean weighted by the power ratio of each. */
function weighted(a: MethodReading, b: MethodReading): number {
  const weightA = 10 ** (a.snrDb / 10);
  const weightB = 10 ** (b.snrDb / 10);
  return (a.perMin * weightA + b.perMin * weightB) / (weightA + weightB);
}

function accepted(perMin: number, snrDb: number, method: PulseMethod): PulseReading {
  return { estimate: { perMin, snrDb, method }, refusal: null };
}

function refused(refusal: PulseRefusal): PulseReading {
  return { estimate: null, refusal };
}
