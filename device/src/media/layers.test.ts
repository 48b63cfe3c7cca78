import { describe, expect, test } from '@jest/globals';
import { allocate, layersOf, totalBitrate } from './layers.ts';

const VGA = { width: 640, height: 480, framesPerSecond: 15 };

describe('layers', () => {
  test('halve the picture from layer to layer, lowest first', () => {
    const sizes = layersOf(VGA, 3).map(({ width, height }) => `${width}x${height}`);
    expect(sizes).toEqual(['160x120', '320x240', '640x480']);
  });

  test('that would be too small are left out, the picture itself never', () => {
    expect(layersOf({ width: 160, height: 120, framesPerSecond: 15 }, 2)).toHaveLength(1);
    expect(layersOf({ width: 64, height: 48, framesPerSecond: 15 }, 2)).toHaveLength(1);
  });

  test('have even sides', () => {
    const sides = layersOf({ width: 642, height: 478, framesPerSecond: 15 }, 2).flatMap((layer) => [
      layer.width % 2,
      layer.height % 2,
    ]);
    expect(sides).toEqual([0, 0, 0, 0]);
  });

  test('share a bound in proportion', () => {
    const layers = layersOf(VGA, 2, 650_000);
    expect(totalBitrate(layers)).toBe(650_000);
    expect(layers[0].bitrate).toBe(200_000);
  });
});

describe('a rate', () => {
  const layers = layersOf(VGA, 2);

  test('that is enough feeds all layers', () => {
    expect(allocate(layers, 5_000_000, 2)).toEqual([400_000, 900_000]);
  });

  test('that falls is shared until the top layer cannot live, which then goes first', () => {
    expect(allocate(layers, 650_000, 2)).toEqual([200_000, 450_000]);
    expect(allocate(layers, 380_000, 2)).toEqual([380_000]);
    expect(allocate(layers, 80_000, 1)).toEqual([80_000]);
  });

  test('that rises again brings the top layer back only with a margin', () => {
    expect(allocate(layers, 420_000, 1)).toHaveLength(1);
    expect(allocate(layers, 480_000, 1)).toHaveLength(2);
  });
});
