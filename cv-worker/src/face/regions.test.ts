import { describe, expect, test } from '@jest/globals';
import { lumaPlane } from '../frame.ts';
import { lumaPicture, pictureOf, type Colour } from '../testing/frames.ts';
import { backgroundPixels, skinWithin } from './regions.ts';
import { countPixels, filterRuns, meanOfRuns, polygonRuns, type Runs } from './runs.ts';

const frame = (level: (x: number, y: number) => number) => lumaPicture(100, 80, level);
const plain = frame(() => 120);

function has(runs: Runs, x: number, y: number): boolean {
  for (let i = 0; i < runs.length; i += 3) {
    if (runs[i] === y && x >= runs[i + 1] && x < runs[i + 2]) return true;
  }
  return false;
}

describe('pixels of a polygon', () => {
  const within = (...polygon: number[]) => polygonRuns(Float32Array.from(polygon), lumaPlane(plain));

  test('are those inside of it', () => {
    const pixels = within(10, 10, 30, 10, 10, 30);
    expect(has(pixels, 11, 11)).toBe(true);
    expect(has(pixels, 12, 25)).toBe(true);
    expect(has(pixels, 28, 28)).toBe(false);
    // Half of 20 × 20, and the corners' own row and column.
    expect(Math.abs(countPixels(pixels) - 200)).toBeLessThan(35);
  });

  test('leave out the notch of a concave outline', () => {
    const pixels = within(10, 10, 50, 10, 50, 50, 30, 20, 10, 50);
    expect(has(pixels, 30, 45)).toBe(false);
    expect(has(pixels, 12, 40)).toBe(true);
  });

  test('end at the edge of the picture', () => {
    expect(countPixels(within(-50, -50, 150, -50, 150, 150, -50, 150))).toBe(100 * 80);
    expect(countPixels(within(200, 0, 250, 0, 250, 50))).toBe(0);
  });

  test('can be picked one by one', () => {
    const chequered = filterRuns(within(10, 10, 21, 10, 21, 12, 10, 12), (row, x) => (row + x) % 2 === 0);
    expect(has(chequered, 10, 10)).toBe(true);
    expect(has(chequered, 11, 10)).toBe(false);
    expect(has(chequered, 11, 11)).toBe(true);
  });
});

describe('the mean of pixels that have moved', () => {
  const slope = frame((x, y) => 60 + x + 0.5 * y);
  const runs = polygonRuns(Float32Array.of(20, 20, 60, 20, 60, 50, 20, 50), lumaPlane(slope));
  const mean = (dx: number, dy: number) => meanOfRuns(slope.pixels, lumaPlane(slope), runs, dx, dy) ?? NaN;

  test('is that of the place they moved to, to fractions of a pixel', () => {
    expect(mean(3, 2) - mean(0, 0)).toBeCloseTo(4, 1);
    expect(mean(0.25, 0) - mean(0, 0)).toBeCloseTo(0.25, 1);
    expect(mean(-7.5, 0) - mean(0, 0)).toBeCloseTo(-7.5, 1);
  });

  test('is missing when they left the picture', () => {
    expect(meanOfRuns(slope.pixels, lumaPlane(slope), runs, 0, 90)).toBeNull();
  });
});

describe('skin within an outline', () => {
  const square = Float32Array.of(0, 0, 100, 0, 100, 80, 0, 80);

  test.each([40, 90, 160])('leaves out hair and shine about skin of level %i', (skin) => {
    const face = frame((x) => (x < 20 ? 16 + (skin - 16) * 0.3 : x < 30 ? Math.min(235, skin * 1.8) : skin));
    const { luma, pixels } = skinWithin(face, square);
    expect(has(luma, 50, 40)).toBe(true);
    expect(has(luma, 10, 40)).toBe(false);
    expect(has(luma, 25, 40)).toBe(false);
    expect(pixels).toBe(70 * 80);
  });

  test.each<[string, Colour, Colour]>([
    ['light', [224, 172, 148], [150, 190, 210]],
    ['dark', [92, 62, 48], [62, 72, 70]],
  ])('leaves out what is of another colour than %s skin, though as bright', (_, skin, cloth) => {
    const face = pictureOf(100, 80, (x) => (x < 30 ? cloth : skin));
    const { luma, chroma } = skinWithin(face, square);
    expect(has(luma, 50, 40)).toBe(true);
    expect(has(luma, 10, 40)).toBe(false);
    expect(has(chroma, 5, 20)).toBe(false);
    expect(has(chroma, 25, 20)).toBe(true);
  });

  test('leaves out what is saturated', () => {
    expect(
      skinWithin(
        frame((x) => (x < 50 ? 235 : 200)),
        square,
      ).pixels,
    ).toBe(50 * 80);
  });

  test('is none where the outline is outside of the picture', () => {
    expect(skinWithin(plain, Float32Array.of(200, 0, 250, 0, 250, 50)).pixels).toBe(0);
  });
});

describe('the background', () => {
  test('lies beside the face, in its rows', () => {
    const pixels = backgroundPixels(plain, { x: 40, y: 20, width: 20, height: 25 });
    expect(pixels.length).toBeGreaterThan(150);
    for (const pixel of pixels) {
      const x = pixel % 100;
      const y = Math.floor(pixel / 100);
      expect(x < 26 || x >= 74).toBe(true);
      expect(y >= 20 && y < 45).toBe(true);
    }
  });

  test('is empty when the person fills the picture', () => {
    expect(backgroundPixels(plain, { x: 10, y: 5, width: 80, height: 70 })).toHaveLength(0);
  });
});
