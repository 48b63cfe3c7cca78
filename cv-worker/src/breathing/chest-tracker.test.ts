import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../frame.ts';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { lumaPicture } from '../testing/frames.ts';
import { CHEST_PATCHES, ChestTracker } from './chest-tracker.ts';

const { sin } = Math;
const WIDTH = 160;
const HEIGHT = 120;
const FACE = { x: 60, y: 12, width: 40, height: 45 };
/** Where the chest begins: above it is the wall. */
const CHEST_FROM = FACE.y + FACE.height;
const normal = normalNumbers(1);
const NOISE = Float64Array.from({ length: 4099 }, () => 2 * normal());

type Scene = { chest: number; camera?: number; light?: number; contrast?: number; wall?: number };

/** Soft folds of clothes and a patterned wall, moved down by pixels, under a light. */
function picture({ chest, camera = 0, light = 1, contrast = 40, wall = 30 }: Scene, seed = 0): Frame {
  const folds = rows((y) => 100 + contrast * sin((y - chest - camera) / 4));
  const pattern = rows((y) => 120 + wall * sin((y - camera) / 3));
  return lumaPicture(WIDTH, HEIGHT, (x, y) => {
    const level = y >= CHEST_FROM ? folds[y] + (x % 7) : pattern[y] + (x % 5);
    return light * level + NOISE[(y * WIDTH + x + seed * 977) % NOISE.length];
  });
}
const rows = (level: (y: number) => number) => Float64Array.from({ length: HEIGHT }, (_, y) => level(y));

function track(scenes: Scene[]) {
  const tracker = new ChestTracker();
  tracker.follow(picture({ ...scenes[0], chest: 0, camera: 0 }), FACE);
  return scenes.map((scene, i) => Array.from(tracker.track(picture(scene, i + 1)) ?? []));
}
const ofChest = (movement: number[]) => movement.slice(0, CHEST_PATCHES);

describe('tracking the chest', () => {
  test('measures movements of a tenth of a pixel in every patch, within an eighth of their size', () => {
    const shifts = [0, 0.1, 0.5, 1, 0.3, -0.4];
    track(shifts.map((chest) => ({ chest }))).forEach((movement, i) => {
      for (const moved of ofChest(movement)) {
        expect(Math.abs(moved - shifts[i])).toBeLessThan(0.06 + Math.abs(shifts[i]) / 8);
      }
    });
  });

  test('goes on beyond the reach of one reference picture', () => {
    const shifts = Array.from({ length: 30 }, (_, i) => i * 0.4);
    const moved = track(shifts.map((chest) => ({ chest }))).at(-1) ?? [];
    for (const patch of ofChest(moved)) expect(Math.abs(patch - 11.6)).toBeLessThan(11.6 / 8);
  });

  test('takes a change of light for no movement', () => {
    const brighter = [1, 1.02, 1.04].map((light) => ({ chest: 0, light }));
    for (const movement of track(brighter))
      for (const moved of movement) expect(Math.abs(moved)).toBeLessThan(0.2);
  });

  test('sees the camera move by the wall', () => {
    const [movement] = track([{ chest: 0.3, camera: 0.5 }]);
    for (const moved of ofChest(movement)) expect(Math.abs(moved - 0.8)).toBeLessThan(0.15);
    expect(Math.abs(movement[CHEST_PATCHES] - 0.5)).toBeLessThan(0.1);
  });

  test('says nothing of a wall without a pattern', () => {
    const tracker = new ChestTracker();
    const bare = lumaPicture(WIDTH, HEIGHT, (_, y) => (y >= CHEST_FROM ? 100 + 40 * sin(y / 4) : 120));
    tracker.follow(bare, FACE);
    expect(tracker.track(bare)?.[CHEST_PATCHES]).toBeNaN();
  });

  test('gives nothing without texture, or without a chest in the picture', () => {
    const tracker = new ChestTracker();
    const plain = lumaPicture(WIDTH, HEIGHT, () => 100);
    expect(tracker.track(plain)).toBeNull();
    tracker.follow(plain, FACE);
    expect(tracker.track(plain)).toBeNull();
    const low = new ChestTracker();
    low.follow(picture({ chest: 0 }), { ...FACE, y: 75 });
    expect(low.track(picture({ chest: 0 }))).toBeNull();
  });
});
