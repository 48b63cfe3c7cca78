import { describe, expect, test } from '@jest/globals';
import type { Thumbnail } from '../motion/thumbnail.ts';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { PictureWatch, type ConditionChange } from './picture-watch.ts';

const COLUMNS = 40;
const ROWS = 30;
const noise = normalNumbers(1);

function picture(level: (column: number, row: number) => number): Thumbnail {
  const levels = Float32Array.from({ length: COLUMNS * ROWS }, (_, i) =>
    level(i % COLUMNS, Math.floor(i / COLUMNS)),
  );
  return { columns: COLUMNS, rows: ROWS, levels };
}
const room = (column: number, row: number) => 90 + 40 * Math.sin(column / 2) + 20 * Math.cos(row / 3);
const living = () => picture((column, row) => room(column, row) + 0.3 * noise());
const dark = () => picture((column, row) => 0.12 * room(column, row) + 0.3 * noise());
const covered = () => picture(() => 14 + 0.1 * noise());

/** Pictures 15 times a second in turn, each for some seconds. */
function show(...scenes: { next: (frame: number) => Thumbnail; seconds: number }[]) {
  const watch = new PictureWatch();
  const changes: ConditionChange[] = [];
  let time = 0;
  for (const { next, seconds } of scenes) {
    for (let frame = 0; frame < seconds * 15; frame++, time += 1000 / 15) {
      changes.push(...watch.add(time, next(frame)));
    }
  }
  return { watch, changes };
}
const facts = (changes: ConditionChange[]) =>
  changes.map(({ condition, present }) => `${condition} ${present ? 'begins' : 'ends'}`);

describe('the watch over the picture', () => {
  test('finds nothing in a living picture', () => {
    const { watch, changes } = show({ next: living, seconds: 10 });
    expect(changes).toEqual([]);
    expect(watch.reason).toBeNull();
  });

  test('tells a covered camera within two seconds, dark or bright, and when it is free again', () => {
    for (const cover of [covered, () => picture(() => 180 + 0.1 * noise())]) {
      const { watch, changes } = show(
        { next: living, seconds: 5 },
        { next: cover, seconds: 5 },
        { next: living, seconds: 5 },
      );
      expect(facts(changes)).toEqual(['camera-covered begins', 'camera-covered ends']);
      expect(changes[0].at).toBeLessThan(7000);
      expect(watch.reason).toBeNull();
    }
  });

  test('tells darkness from a cover', () => {
    const { watch, changes } = show({ next: living, seconds: 5 }, { next: dark, seconds: 5 });
    expect(facts(changes)).toEqual(['too-dark begins']);
    expect(watch.reason).toBe('too-dark');
  });

  test('tells a picture that is the same again and again within three seconds', () => {
    const still = living();
    const { watch, changes } = show({ next: living, seconds: 5 }, { next: () => still, seconds: 5 });
    expect(facts(changes)).toEqual(['picture-frozen begins']);
    expect(changes[0].at).toBeLessThan(8000);
    expect(watch.reason).toBe('frozen');
  });

  test('is not deceived by the key frames of a frozen picture', () => {
    const still = living();
    const refined = (frame: number) =>
      frame % 30 === 0 ? picture((column, row) => room(column, row) + 0.5 * noise()) : still;
    const { watch, changes } = show({ next: living, seconds: 5 }, { next: refined, seconds: 12 });
    expect(facts(changes)).toEqual(['picture-frozen begins']);
    expect(watch.reason).toBe('frozen');
  });

  test('does not take a single repeated frame for a freeze', () => {
    let last = living();
    const stuttering = (frame: number) => (frame % 3 === 0 ? last : (last = living()));
    expect(show({ next: stuttering, seconds: 10 }).changes).toEqual([]);
  });
});
