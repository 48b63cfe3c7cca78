import { describe, expect, test } from '@jest/globals';
import { shown, watch } from './testing/watch-skin.ts';

const nod = (perMin: number, height: number) => (seconds: number) =>
  height * Math.sin((2 * Math.PI * perMin * seconds) / 60);
const SECONDS = 40;

describe('a head that nods', () => {
  test.each([51, 87])('at %i/min is not taken for a pulse, though its skin brightens with it', (perMin) => {
    const { seconds } = watch({
      rate: () => 110,
      amplitude: 0,
      movement: nod(perMin, 0.01),
      head: nod(perMin, 0.02),
      seconds: SECONDS,
    });
    expect(shown(seconds)).toEqual([]);
  });

  test('does not hide a pulse of another rate', () => {
    const { seconds } = watch({
      rate: () => 110,
      movement: nod(51, 0.01),
      head: nod(51, 0.02),
      seconds: SECONDS,
    });
    const values = shown(seconds);
    expect(values.length).toBeGreaterThan(25);
    for (const { vital } of values) expect(Math.abs((vital.value ?? 0) - 110)).toBeLessThan(5);
  });

  test('at the pulse itself leaves nothing to be read, least of all at its double', () => {
    const { seconds } = watch({
      rate: () => 50,
      harmonic: 0.6,
      movement: nod(51, 0.01),
      head: nod(51, 0.02),
      seconds: SECONDS,
    });
    for (const { vital } of shown(seconds)) expect(Math.abs((vital.value ?? 0) - 50)).toBeLessThan(8);
  });

  test('may beat with the heart as long as that is what moves it', () => {
    const { seconds } = watch({ rate: () => 72, head: nod(72, 0.003), seconds: SECONDS });
    expect(shown(seconds).length).toBeGreaterThan(25);
  });
});
