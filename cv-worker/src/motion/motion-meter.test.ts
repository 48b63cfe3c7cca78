import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../frame.ts';
import { lumaPicture } from '../testing/frames.ts';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { MotionMeter } from './motion-meter.ts';
import { difference, structure, thumbnail } from './thumbnail.ts';

const WIDTH = 160;
const HEIGHT = 120;

/** A chequered patch at x on grey, with noise. */
function frame(timeMs: number, x: number, noise: () => number): Frame {
  const level = (column: number, row: number) => {
    const inPatch = column >= x && column < x + 60 && row > 30 && row < 100;
    const bright = inPatch && (Math.floor(column - x) >> 4) % 2 === (row >> 4) % 2;
    return (bright ? 200 : 90) + 3 * noise();
  };
  return lumaPicture(WIDTH, HEIGHT, level, timeMs);
}

function levelAfter(seconds: number, x: (time: number) => number, area: Parameters<MotionMeter['add']>[2]) {
  const meter = new MotionMeter();
  const noise = normalNumbers(2);
  for (let i = 0; i < seconds * 15; i++) {
    meter.add((i * 1000) / 15, thumbnail(frame((i * 1000) / 15, x(i / 15), noise)), area);
  }
  return meter.level;
}

describe('the motion level', () => {
  test('of a still picture with camera noise is zero', () => {
    expect(levelAfter(2, () => 50, null)).toBe(0);
  });

  test('rises with the speed of what moves, up to one', () => {
    const slow = levelAfter(2, (time) => 30 + 8 * time, null);
    const fast = levelAfter(2, (time) => 10 + 45 * time, null);
    expect(slow).toBeGreaterThan(0);
    expect(fast).toBeGreaterThan(slow);
    expect(fast).toBeLessThanOrEqual(1);
  });

  test('counts only what moves in the area', () => {
    const elsewhere = { x: 0.85, y: 0, width: 0.15, height: 1 };
    expect(levelAfter(2, (time) => 10 + 20 * time, elsewhere)).toBe(0);
  });
});

describe('thumbnails', () => {
  test('average away the camera’s noise', () => {
    const noise = normalNumbers(3);
    const { mean } = difference(thumbnail(frame(0, 50, noise)), thumbnail(frame(66, 50, noise)));
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(1);
  });

  test('of different sizes are different altogether', () => {
    const a = { columns: 2, rows: 1, levels: new Float32Array(2) };
    const b = { columns: 1, rows: 2, levels: new Float32Array(2) };
    expect(difference(a, b).mean).toBe(Infinity);
  });

  test('have no structure when the picture is uniform', () => {
    const uniform = thumbnail(lumaPicture(WIDTH, HEIGHT, () => 80));
    expect(structure(uniform)).toBe(0);
    expect(structure(thumbnail(frame(0, 50, () => 0)))).toBeGreaterThan(3);
  });
});
