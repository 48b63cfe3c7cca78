import { BAND_HIGH_HZ, BAND_LOW_HZ } from './band.ts';
import { bandPower, type Spectrum } from './spectrum.ts';

/** Half widths about the fundamental and its double that count as signal, Hz. */
const FUNDAMENTAL_HALF_WIDTH_HZ = 0.15;
const HARMONIC_HALF_WIDTH_HZ = 0.2;

/**
 * Signal-to-noise ratio of a pulse spectrum (de Haan and Jeanne 2013, eq. 18), dB: power about the rate and its double
 * against all other power in the band. The fundamental's width is ±0.15 Hz, not ±0.1, since the main lobe of a Hann
 * window of 10 s is that wide.
 */
export function pulseSnrDb(spectrum: Spectrum, pulseHz: number): number {
  const fundamentalEnd = pulseHz + FUNDAMENTAL_HALF_WIDTH_HZ;
  const harmonicStart = Math.max(fundamentalEnd, 2 * pulseHz - HARMONIC_HALF_WIDTH_HZ);
  const harmonicEnd = Math.min(BAND_HIGH_HZ, 2 * pulseHz + HARMONIC_HALF_WIDTH_HZ);
  const total = bandPower(spectrum, BAND_LOW_HZ, BAND_HIGH_HZ);
  const signal =
    bandPower(spectrum, Math.max(BAND_LOW_HZ, pulseHz - FUNDAMENTAL_HALF_WIDTH_HZ), fundamentalEnd) +
    (harmonicEnd > harmonicStart ? bandPower(spectrum, harmonicStart, harmonicEnd) : 0);
  if (signal <= 0) return -Infinity;
  return 10 * Math.log10(signal / Math.max(total - signal, signal * 1e-6));
}
