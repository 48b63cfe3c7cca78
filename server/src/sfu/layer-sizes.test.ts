import { expect, test } from '@jest/globals';
import { LayerSizes } from './layer-sizes.ts';

const small = { width: 160, height: 120 };
const large = { width: 320, height: 240 };

test('layers that nobody told of double from a quarter of 720p', () => {
  const sizes = new LayerSizes();
  expect(sizes.upTo(2).map(({ height }) => height)).toEqual([180, 360, 720]);
});

test('layers above those that were told double from the highest of them', () => {
  const sizes = new LayerSizes();
  sizes.learn([large, small]);
  expect(sizes.upTo(2)).toEqual([small, large, { width: 640, height: 480 }]);
});

test('a layer that the device stopped keeps its size, until its pictures are others', () => {
  const sizes = new LayerSizes();
  sizes.learn([small, { width: 300, height: 260 }]);
  sizes.learn([small]);
  expect(sizes.upTo(1)[1]?.height).toBe(260);
  sizes.learn([large]);
  expect(sizes.upTo(1)[1]?.height).toBe(480);
  sizes.learn([{ width: 0, height: 0 }]);
  expect(sizes.upTo(0)[0]?.height).toBe(180);
});
