import { describe, expect, test } from '@jest/globals';
import { BACKGROUND, channelIndex, REGION_NAMES } from '../skin-sample.ts';
import { pictureOf } from '../testing/frames.ts';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { MESH_POINTS, type FaceMesh } from './facemesh.ts';
import { displacement, SkinSampler } from './skin-sampler.ts';

const STILL = { x: 0, y: 0 };
const green = channelIndex(0, 'green');

/** Skin that is brighter to one side. */
const frame = (brightness = 1, shift = 0) =>
  pictureOf(320, 240, (x) => [
    180 * brightness,
    (100 + (x - shift) / 8) * brightness,
    (80 + (x - shift) / 16) * brightness,
  ]);

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

function placed(at: number): SkinSampler {
  const sampler = new SkinSampler();
  expect(sampler.follow(frame(), mesh(at), STILL)).toBe(true);
  return sampler;
}
const sampleOf = (sampler: SkinSampler, ...[picture, shift]: [ReturnType<typeof frame>, typeof STILL]) =>
  Array.from(sampler.sample(picture, shift));

describe('sampling skin', () => {
  test('gives each region’s mean red, green and blue, as they were before they became luma and chroma', () => {
    const noise = normalNumbers(5);
    const sampler = new SkinSampler();
    // Noise spreads the rounding of single pixels, as a camera's does.
    const noisy = pictureOf(320, 240, () => [181.3 + 3 * noise(), 120.6 + 3 * noise(), 95.2 + 3 * noise()]);
    sampler.follow(noisy, mesh(160), STILL);
    const sample = sampler.sample(noisy, STILL);
    for (const region of [...REGION_NAMES.keys(), BACKGROUND]) {
      expect(Math.abs(sample[channelIndex(region, 'red')] - 181.3)).toBeLessThan(0.5);
      expect(Math.abs(sample[channelIndex(region, 'green')] - 120.6)).toBeLessThan(0.5);
      expect(Math.abs(sample[channelIndex(region, 'blue')] - 95.2)).toBeLessThan(0.5);
      expect(sample[channelIndex(region, 'pixels')]).toBeGreaterThan(50);
    }
  });

  test('goes on without a step when the face has moved to brighter skin', () => {
    const sampler = placed(140);
    const before = sampleOf(sampler, frame(), STILL);
    expect(sampler.follow(frame(), mesh(190), STILL)).toBe(true);
    const after = sampleOf(sampler, frame(), STILL);
    const colours = (sample: number[]) => sample.filter((_, i) => i % 4 !== 3);
    expect(colours(after)).toEqual(colours(before).map((value) => expect.closeTo(value, 9)));
    expect(sampler.sample(frame(0.9), STILL)[green] / before[green]).toBeCloseTo(0.9, 1);
  });

  test('moves its regions along with the face', () => {
    const sampler = placed(140);
    const before = sampleOf(sampler, frame(), STILL);
    const moved = sampleOf(sampler, frame(1, 10), { x: 10, y: 0 });
    const left = sampleOf(sampler, frame(1, 10), STILL);
    expect(Math.abs(moved[green] - before[green])).toBeLessThan(0.2);
    expect(Math.abs(left[green] - before[green])).toBeGreaterThan(0.8);
  });

  test('stays where it is when the mesh only trembles, or agrees with where the regions were moved to', () => {
    const sampler = placed(160);
    expect(displacement(mesh(160), mesh(161))).toBeCloseTo(0.01, 5);
    expect(sampler.follow(frame(), mesh(161), STILL)).toBe(false);
    expect(sampler.follow(frame(), mesh(172), { x: 11, y: 0 })).toBe(false);
    expect(sampler.follow(frame(), mesh(172), STILL)).toBe(true);
  });

  test('has no skin after a reset', () => {
    const sampler = placed(160);
    expect(sampler.skinPixelCount).toBeGreaterThan(250);
    sampler.reset();
    expect(sampler.skinPixelCount).toBe(0);
    expect(sampler.sample(frame(), STILL)[green]).toBe(0);
  });
});
