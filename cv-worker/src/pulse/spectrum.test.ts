import { describe, expect, test } from '@jest/globals';
import { pulseSnrDb } from './snr.ts';
import { bandPower, BandSpectrum, peakFrequency } from './spectrum.ts';
import { normalNumbers } from './testing/simulated-skin.ts';

const RATE = 25;
const spectrum = new BandSpectrum({ lowHz: 0.6, highHz: 4, stepHz: 0.5 / 60, rateHz: RATE });
const wave = (hertz: number, noise = 0, seed = 1) => {
  const normal = normalNumbers(seed);
  return Float64Array.from(
    { length: 250 },
    (_, i) => Math.sin((2 * Math.PI * hertz * i) / RATE + 0.4) + noise * normal(),
  );
};

describe('the spectrum of a window', () => {
  test.each([38, 47.3, 61.7, 99.9, 144.4, 180, 215])('finds %d/min within a fifth of a beat', (perMin) => {
    const peak = peakFrequency(spectrum.of(wave(perMin / 60)), 0.6, 220 / 60);
    expect(Math.abs(peak * 60 - perMin)).toBeLessThan(0.2);
  });

  test('looks for the peak within the limits only', () => {
    const both = wave(1).map((value, i) => value + 3 * Math.sin((2 * Math.PI * 2.5 * i) / RATE));
    expect(peakFrequency(spectrum.of(both), 0.6, 1.8)).toBeCloseTo(1, 1);
  });

  test('adds up to the whole band', () => {
    const result = spectrum.of(wave(1.2, 0.5));
    const parts = bandPower(result, 0.6, 1.9999) + bandPower(result, 2, 4);
    expect(parts).toBeCloseTo(bandPower(result, 0.6, 4), 6);
  });
});

describe('the signal-to-noise ratio of a pulse', () => {
  test('falls as noise grows', () => {
    const ratios = [0.1, 0.5, 1, 2, 4].map((noise) => pulseSnrDb(spectrum.of(wave(1.2, noise)), 1.2));
    expect(ratios).toEqual(ratios.toSorted((a, b) => b - a));
    expect(ratios[0]).toBeGreaterThan(15);
    expect(ratios[4]).toBeLessThan(0);
  });

  test('counts the double of the rate as signal', () => {
    const withHarmonic = wave(1.2, 0.3).map(
      (value, i) => value + 0.6 * Math.sin((2 * Math.PI * 2.4 * i) / RATE),
    );
    const elsewhere = wave(1.2, 0.3).map(
      (value, i) => value + 0.6 * Math.sin((2 * Math.PI * 3.1 * i) / RATE),
    );
    expect(pulseSnrDb(spectrum.of(withHarmonic), 1.2)).toBeGreaterThan(
      pulseSnrDb(spectrum.of(elsewhere), 1.2) + 3,
    );
  });

  test('is as low as can be without any signal', () => {
    expect(pulseSnrDb(spectrum.of(new Float64Array(250)), 1.2)).toBe(-Infinity);
  });
});
