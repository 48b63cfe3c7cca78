import { describe, expect, test } from '@jest/globals';
import { removeLight } from './light.ts';
import { standardDeviation } from './statistics.ts';

const wave = (hertz: number, delayS = 0) =>
  Float64Array.from({ length: 250 }, (_, i) => Math.sin(2 * Math.PI * hertz * (i / 25 - delayS)));
const sum = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);

describe('light that the background shows as well', () => {
  test.each([0, 0.05, 0.3, -0.4])('is taken out of the skin when it comes %d s later there', (delay) => {
    const skin = sum(
      wave(1.3, delay).map((value) => 5 * value),
      wave(2.1),
    );
    const rest = removeLight(skin, wave(1.3));
    expect(standardDeviation(rest.map((value, i) => value - wave(2.1)[i]))).toBeLessThan(0.15);
  });

  test('is not invented where the background shows nothing', () => {
    const skin = wave(1.2);
    expect(Array.from(removeLight(skin.slice(), null))).toEqual(Array.from(skin));
    expect(Array.from(removeLight(skin.slice(), new Float64Array(250)))).toEqual(Array.from(skin));
  });

  test('does not take a pulse of another rate along', () => {
    const rest = removeLight(wave(1.2), wave(1.9));
    expect(standardDeviation(rest)).toBeGreaterThan(0.99 * standardDeviation(wave(1.2)));
  });
});
