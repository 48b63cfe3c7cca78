import { describe, expect, test } from '@jest/globals';
import { meanRate } from './mean-rate.ts';
import { normalNumbers } from './testing/simulated-skin.ts';

const RATE = 25;

/** Beats of a rate that changes evenly over ten seconds. */
function beats(from: number, to: number, noise = 0): Float64Array {
  const normal = normalNumbers(2);
  return Float64Array.from({ length: 250 }, (_, i) => {
    const time = i / RATE;
    const turns = (from * time + ((to - from) * time * time) / 20) / 60;
    return Math.sin(2 * Math.PI * turns) + 0.3 * Math.sin(4 * Math.PI * turns) + noise * normal();
  });
}

describe('the mean rate of a window', () => {
  test.each([38, 45, 60, 88, 120, 170, 198])('of %i/min is counted within half a beat a minute', (perMin) => {
    expect(Math.abs(meanRate(beats(perMin, perMin), perMin + 2, RATE) - perMin)).toBeLessThan(0.5);
  });

  test.each([
    [60, 72],
    [90, 76],
  ])('is the mean while it changes from %i to %i/min', (from, to) => {
    const middle = (from + to) / 2;
    expect(Math.abs(meanRate(beats(from, to), middle + 1, RATE) - middle)).toBeLessThan(1.2);
  });

  test('stays near under noise as strong as the beats', () => {
    expect(Math.abs(meanRate(beats(75, 75, 1), 74, RATE) - 75)).toBeLessThan(1.5);
  });
});
