import { describe, expect, test } from '@jest/globals';
import { lumaPicture } from '../testing/frames.ts';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { FaceTracker } from './face-tracker.ts';
import { paint } from './testing/painted-scene.ts';

const FACE = { x: 120, y: 60, width: 80, height: 100 };
const { cos, round } = Math;
const noise = normalNumbers(7);

/** A smooth face that moved by dx, dy under a light, with a camera's noise. */
function moved(dx: number, dy: number, light = 1) {
  return lumaPicture(320, 240, (x, y) => {
    const level = 100 + 25 * cos((x - dx) / 6) * cos((y - dy) / 7) + 15 * cos((x - dx - 2 * (y - dy)) / 9);
    return round(light * level + 2 * noise());
  });
}

function following(): FaceTracker {
  const tracker = new FaceTracker();
  tracker.follow(moved(0, 0), FACE);
  return tracker;
}

describe('the tracker of a face', () => {
  test.each([
    [0, 0],
    [0.3, -0.2],
    [4.6, 2.4],
    [-9, 5.5],
  ])('finds a face that moved by %f and %f pixels, to a tenth of a pixel', (dx, dy) => {
    const movement = following().track(moved(dx, dy));
    expect(Math.abs((movement?.x ?? NaN) - dx)).toBeLessThan(0.1);
    expect(Math.abs((movement?.y ?? NaN) - dy)).toBeLessThan(0.1);
    expect(movement?.correlation).toBeGreaterThan(0.95);
  });

  test('follows further than it can see at once, step by step', () => {
    const tracker = following();
    for (let dx = 0; dx <= 40; dx += 5) tracker.track(moved(dx, 0));
    expect(Math.abs((tracker.track(moved(42, 0))?.x ?? NaN) - 42)).toBeLessThan(0.1);
  });

  test('takes a change of light for no movement', () => {
    const movement = following().track(moved(0, 0, 1.3));
    expect(Math.abs(movement?.x ?? NaN)).toBeLessThan(0.1);
    expect(movement?.correlation).toBeGreaterThan(0.95);
  });

  test('says how little another face is like the one that it follows, and waits where that was', () => {
    const tracker = new FaceTracker();
    tracker.follow(paint([FACE]), FACE);
    const other = tracker.track(paint([{ ...FACE, person: 1 }]));
    expect(other?.correlation).toBeLessThan(0.5);
    expect(tracker.track(paint([FACE]))?.correlation).toBeGreaterThan(0.99);
  });

  test('gives nothing of a face without any texture, nor of none', () => {
    const tracker = new FaceTracker();
    const plain = lumaPicture(320, 240, () => 90);
    expect(tracker.track(plain)).toBeNull();
    tracker.follow(plain, FACE);
    expect(tracker.track(plain)).toBeNull();
  });
});
