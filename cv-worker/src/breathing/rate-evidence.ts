import { detrend } from '../pulse/detrend.ts';
import { BandSpectrum } from '../pulse/spectrum.ts';
import {
  binOf,
  HIGHEST_PER_MIN,
  RATE_BAND,
  rateAt,
  RATES,
  SERIES_LAMBDA,
  STEP_PER_MIN,
} from './rate-grid.ts';

/** The main lobe of a Hann window of 32 s reaches 3.75/min to each side; near its middle noise disturbs it least. */
const LINE_HALF_WIDTH = 1;
/** How much of a line's power lies that near to it. */
const LINE_PART = 0.6;
/**
 * A breath is no sine: part of what its double holds speaks for it as well, but no more than the line itself holds, or
 * every rate would lend its strength to its half.
 */
const HARMONIC_WEIGHT = 0.6;
/**
 * Half the degrees of freedom of the noise near a line: what a share of the power is worth. With 3 the tracker's
 * probability is the share of its values that are right; 2 to 6 rank them alike.
 */
const EXPONENT = 3;
/** Share of windows in which a series shows something else than breathing. */
const ASTRAY = 0.05;

/** A line holds no more, whatever its double adds: the rest keeps a pure sine from an infinite likelihood. */
const MAX_SHARE = 0.98;

const spectrum = new BandSpectrum(RATE_BAND);
const reach = LINE_HALF_WIDTH / STEP_PER_MIN;
const sums = new Float64Array(RATES + 1);

/**
 * How well each rate explains a series in which breathing is one line among noise: the likelihood of a line of unknown
 * strength in noise of unknown strength (Bretthorst 1988, chapter 2), (1 − share)^−m, with share the line's part of
 * the power. Noise of bodies falls with frequency: power is multiplied by the frequency before it is compared.
 *
 * @param series at SERIES_RATE_HZ
 * @param highest rate the series can show at all, 1/min; it says nothing about those above
 * @returns a distribution over the grid of rates
 */
export function rateEvidence(series: Float64Array, highest = HIGHEST_PER_MIN): Float64Array {
  const { power } = spectrum.of(detrend(series, SERIES_LAMBDA));
  // Sums up to each bin, so that a line's power is a difference.
  for (let bin = 0; bin < RATES; bin++) sums[bin + 1] = sums[bin] + power[bin] * rateAt(bin);
  const total = sums[RATES];
  const evidence = new Float64Array(RATES);
  if (total === 0) return evidence.fill(1 / RATES);
  let sum = 0;
  const known = Math.max(0, Math.min(RATES, Math.floor(binOf(highest)) + 1));
  for (let bin = 0; bin < known; bin++) {
    const line = linePower(bin);
    const double = linePower(binOf(2 * rateAt(bin)));
    const power = line + HARMONIC_WEIGHT * Math.min(line, double);
    evidence[bin] = (1 - Math.min(MAX_SHARE, power / (LINE_PART * total))) ** -EXPONENT;
    sum += evidence[bin];
  }
  for (let bin = 0; bin < RATES; bin++) {
    evidence[bin] = bin < known ? ((1 - ASTRAY) * evidence[bin]) / sum + ASTRAY / RATES : 1 / RATES;
  }
  return evidence;
}

/** Power within the half width of a line at this bin. */
function linePower(bin: number): number {
  const first = Math.min(RATES, Math.max(0, Math.round(bin) - reach));
  const end = Math.min(RATES, Math.round(bin) + reach + 1);
  return sums[end] - sums[first];
}
