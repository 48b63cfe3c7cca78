import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../frame.ts';
import { lumaPicture } from '../testing/frames.ts';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { ChestTracker } from './chest-tracker.ts';

const FACE = { x: 120, y: 20, width: 80, height: 90 };

/** Clothes with soft folds, moved down by `shift` pixels, under a light. */
function frame(shift: number, noise: () => number, light = 1, contrast = 40): Frame {
  const level = (x: number, y: number) => 100 + contrast * Math.sin((y - shift) / 6 + 0.01 * x);
  return lumaPicture(320, 240, (x, y) => light * level(x, y) + 2 * noise());
}

function track(shifts: number[], light: (i: number) => number = () => 1) {
  const noise = normalNumbers(1);
  const tracker = new ChestTracker();
  tracker.follow(frame(0, noise), FACE);
  return shifts.map((shift, i) => tracker.track(frame(shift, noise, light(i))));
}

describe('tracking the chest', () => {
  test('measures movements of a tenth of a pixel, within an eighth of their size', () => {
    const shifts = [0, 0.1, 0.5, 1, 0.3, -0.4];
    track(shifts).forEach((moved, i) => {
      expect(Math.abs((moved ?? 9) - shifts[i])).toBeLessThan(0.02 + Math.abs(shifts[i]) / 8);
    });
  });

  test('goes on beyond the reach of one reference picture', () => {
    const shifts = Array.from({ length: 30 }, (_, i) => i * 0.4);
    const moved = track(shifts).at(-1) ?? 0;
    expect(Math.abs(moved - 11.6)).toBeLessThan(11.6 / 8);
  });

  test('takes a change of light for no movement', () => {
    track([0, 0, 0], (i) => 1 + 0.02 * i).forEach((moved) => expect(Math.abs(moved ?? 9)).toBeLessThan(0.2));
  });

  test('gives nothing without texture, or without a chest in the picture', () => {
    const tracker = new ChestTracker();
    const plain = frame(0, () => 0, 1, 0);
    expect(tracker.track(plain)).toBeNull();
    tracker.follow(plain, FACE);
    expect(tracker.track(plain)).toBeNull();
    const low = new ChestTracker();
    low.follow(
      frame(0, () => 0),
      { ...FACE, y: 150 },
    );
    expect(low.track(frame(0, () => 0))).toBeNull();
  });
});
