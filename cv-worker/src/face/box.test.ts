import { describe, expect, test } from '@jest/globals';
import { intersectionArea, overlap, scaleBox, squareAround } from './box.ts';

const box = { x: 10, y: 20, width: 30, height: 40 };

describe('boxes', () => {
  test('overlap by their intersection over their union', () => {
    expect(overlap(box, box)).toBe(1);
    expect(overlap(box, { ...box, x: 25 })).toBeCloseTo(1 / 3, 9);
    expect(overlap(box, { ...box, x: 41 })).toBe(0);
    expect(intersectionArea(box, { ...box, y: 50 })).toBe(300);
  });

  test('grow about their centre', () => {
    expect(scaleBox(box, 2)).toEqual({ x: -5, y: 0, width: 60, height: 80 });
    expect(squareAround(box, 1.5)).toEqual({ x: -5, y: 10, width: 60, height: 60 });
  });
});
