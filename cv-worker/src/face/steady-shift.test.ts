import { describe, expect, test } from '@jest/globals';
import { SteadyShift } from './steady-shift.ts';

const FACE_WIDTH = 100;

/** Follows a face that moves like this for 4 s, 15 pictures in each. @returns largest shift and error of the last second */
function follow(x: (seconds: number) => number) {
  const shift = new SteadyShift();
  let largest = 0;
  let error = 0;
  for (let frame = 0; frame <= 60; frame++) {
    const seconds = frame / 15;
    const steady = shift.follow(seconds * 1000, { x: x(seconds), y: 0 }, FACE_WIDTH);
    if (seconds < 3) continue;
    largest = Math.max(largest, Math.abs(steady.x));
    error = Math.max(error, Math.abs(steady.x - x(seconds)));
  }
  return { largest, error };
}

describe('the steady shift of skin regions', () => {
  test('hardly follows trembling at the rate of a pulse', () => {
    expect(follow((seconds) => 0.3 * Math.sin(2 * Math.PI * 1.2 * seconds)).largest).toBeLessThan(0.12);
  });

  test('stays with a head that sways', () => {
    expect(follow((seconds) => 15 * Math.sin(2 * Math.PI * 0.2 * seconds)).error).toBeLessThan(3);
  });

  test('begins anew where the regions are placed', () => {
    const shift = new SteadyShift();
    shift.follow(0, { x: 0, y: 0 }, FACE_WIDTH);
    shift.follow(66, { x: 30, y: 0 }, FACE_WIDTH);
    expect(shift.value.x).toBeGreaterThan(1);
    shift.restart();
    expect(shift.value).toEqual({ x: 0, y: 0 });
  });
});
