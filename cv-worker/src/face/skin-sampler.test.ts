import { describe, expect, test } from '@jest/globals';
import { pictureOf } from '../testing/frames.ts';
import { MESH_POINTS, type FaceMesh } from './facemesh.ts';
import { displacement, SKIN_CHANNELS, SkinSampler } from './skin-sampler.ts';

const GREEN = SKIN_CHANNELS.indexOf('green');
const BACKGROUND = SKIN_CHANNELS.indexOf('background');

/** Skin that is darker to one side, and a background. */
const frame = (brightness = 1) =>
  pictureOf(320, 240, (x) => [180 * brightness, (100 + x / 8) * brightness, 90 * brightness]);

/** Points on a spiral: any outline through them encloses some skin. */
function mesh(x: number): FaceMesh {
  const points = new Float32Array(MESH_POINTS * 2);
  for (let i = 0; i < MESH_POINTS; i++) {
    const angle = i * 2.4;
    const radius = 10 + (i % 40);
    points[2 * i] = x + radius * Math.cos(angle);
    points[2 * i + 1] = 120 + radius * Math.sin(angle);
  }
  return { confidence: 1, points, box: { x: x - 50, y: 70, width: 100, height: 100 } };
}

describe('sampling skin', () => {
  test('gives the mean of each channel', () => {
    const sampler = new SkinSampler();
    sampler.follow(frame(), mesh(160));
    const sample = sampler.sample(frame());
    expect(sampler.skinPixelCount).toBeGreaterThan(250);
    expect(Math.abs(sample[0] - 180)).toBeLessThan(1);
    expect(Math.abs(sample[GREEN] - 120)).toBeLessThan(3);
    expect(sample[BACKGROUND]).toBeGreaterThan(95);
  });

  test('goes on without a step when the face has moved to brighter skin', () => {
    const sampler = new SkinSampler();
    sampler.follow(frame(), mesh(140));
    const before = Float64Array.from(sampler.sample(frame()));
    sampler.follow(frame(), mesh(190));
    const after = sampler.sample(frame());
    expect(Array.from(after)).toEqual(Array.from(before, (value) => expect.closeTo(value, 9)));
    expect(sampler.sample(frame(0.9))[GREEN] / before[GREEN]).toBeCloseTo(0.9, 1);
  });

  test('stays where it is when the mesh only trembles', () => {
    const sampler = new SkinSampler();
    const trembling = mesh(161);
    sampler.follow(frame(), mesh(160));
    const count = sampler.skinPixelCount;
    sampler.follow(frame(), trembling);
    expect(displacement(mesh(160), trembling)).toBeCloseTo(0.01, 5);
    expect(sampler.skinPixelCount).toBe(count);
  });

  test('has no skin after a reset', () => {
    const sampler = new SkinSampler();
    sampler.follow(frame(), mesh(160));
    sampler.reset();
    expect(sampler.skinPixelCount).toBe(0);
    expect(sampler.sample(frame())[GREEN]).toBe(0);
  });
});
