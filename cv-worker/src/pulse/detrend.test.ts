import { describe, expect, test } from '@jest/globals';
import { detrend, lambdaFor } from './detrend.ts';
import { standardDeviation } from './statistics.ts';

/** The definition, by elimination on the full matrix. */
function detrendDirectly(signal: Float64Array, lambda: number): Float64Array {
  const n = signal.length;
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n + 1 }, (_unused, j) => (j === n ? signal[i] : i === j ? 1 : 0)),
  );
  for (let k = 0; k + 2 < n; k++) {
    const second = [1, -2, 1];
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) rows[k + a][k + b] += lambda * lambda * second[a] * second[b];
    }
  }
  for (let pivot = 0; pivot < n; pivot++) {
    for (let row = 0; row < n; row++) {
      if (row === pivot) continue;
      const factor = rows[row][pivot] / rows[pivot][pivot];
      for (let column = pivot; column <= n; column++) rows[row][column] -= factor * rows[pivot][column];
    }
  }
  return signal.map((value, i) => value - rows[i][n] / rows[i][i]);
}

describe('detrending by smoothness priors', () => {
  test.each([3, 4, 5, 6, 17])('solves the defining system of %i samples', (n) => {
    const signal = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 1.7) * 3 + i * i * 0.1);
    const direct = detrendDirectly(signal, 4);
    detrend(signal, 4).forEach((value, i) => expect(value).toBeCloseTo(direct[i], 9));
  });

  test('removes a straight line entirely', () => {
    const line = Float64Array.from({ length: 100 }, (_, i) => 5 + 0.3 * i);
    expect(standardDeviation(detrend(line, 100))).toBeLessThan(1e-6);
  });

  test('halves the power at the cut-off and keeps what is faster', () => {
    const rate = 25;
    const passed = (hertz: number) => {
      const wave = Float64Array.from({ length: 2000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
      const kept = detrend(wave, lambdaFor(0.4, rate)).subarray(500, 1500);
      return standardDeviation(kept) / standardDeviation(wave);
    };
    expect(passed(0.05)).toBeLessThan(0.01);
    expect(passed(0.4)).toBeCloseTo(0.5, 1);
    expect(passed(1.2)).toBeGreaterThan(0.98);
  });

  test('gives zeros for fewer than three samples', () => {
    expect(Array.from(detrend(Float64Array.of(4, 9), 10))).toEqual([0, 0]);
  });
});
