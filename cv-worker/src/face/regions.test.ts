import { describe, expect, test } from '@jest/globals';
import { lumaPicture } from '../testing/frames.ts';
import { backgroundPixels, pixelsInPolygon, skinAmong } from './regions.ts';

const frame = (level: (x: number, y: number) => number) => lumaPicture(100, 80, level);
const plain = frame(() => 120);
const at = (x: number, y: number) => y * 100 + x;

describe('pixels of a polygon', () => {
  test('are those inside of it', () => {
    const triangle = Float32Array.of(10, 10, 30, 10, 10, 30);
    const pixels = pixelsInPolygon(plain, triangle);
    expect(pixels).toContain(at(11, 11));
    expect(pixels).toContain(at(12, 25));
    expect(pixels).not.toContain(at(28, 28));
    // Half of 20 × 20, and the corners' own row and column.
    expect(Math.abs(pixels.length - 200)).toBeLessThan(35);
  });

  test('leave out the notch of a concave outline', () => {
    const notched = Float32Array.of(10, 10, 50, 10, 50, 50, 30, 20, 10, 50);
    expect(pixelsInPolygon(plain, notched)).not.toContain(at(30, 45));
    expect(pixelsInPolygon(plain, notched)).toContain(at(12, 40));
  });

  test('end at the edge of the picture', () => {
    const over = Float32Array.of(-50, -50, 150, -50, 150, 150, -50, 150);
    expect(pixelsInPolygon(plain, over)).toHaveLength(100 * 80);
    expect(pixelsInPolygon(plain, Float32Array.of(200, 0, 250, 0, 250, 50))).toHaveLength(0);
  });
});

describe('skin among pixels', () => {
  const square = Float32Array.of(0, 0, 100, 0, 100, 80, 0, 80);

  test.each([40, 90, 180])('leaves out hair and shine about skin of level %i', (skin) => {
    const face = frame((x) => (x < 20 ? skin * 0.3 : x < 30 ? Math.min(235, skin * 1.8) : skin));
    const pixels = skinAmong(face, pixelsInPolygon(face, square));
    expect(pixels).toContain(at(50, 40));
    expect(pixels).not.toContain(at(10, 40));
    expect(pixels).not.toContain(at(25, 40));
  });

  test('leaves out what is saturated', () => {
    const bright = frame((x) => (x < 50 ? 235 : 200));
    expect(skinAmong(bright, pixelsInPolygon(bright, square))).toHaveLength(50 * 80);
  });

  test('is empty for no pixels', () => {
    expect(skinAmong(plain, new Int32Array(0))).toHaveLength(0);
  });
});

describe('the background', () => {
  test('lies beside the person', () => {
    const pixels = backgroundPixels(plain, { x: 40, y: 20, width: 20, height: 25 });
    expect(pixels.length).toBeGreaterThan(150);
    for (const pixel of pixels) {
      const x = pixel % 100;
      expect(x < 26 || x >= 74).toBe(true);
    }
  });

  test('is empty when the person fills the picture', () => {
    expect(backgroundPixels(plain, { x: 10, y: 5, width: 80, height: 70 })).toHaveLength(0);
  });
});
