import { describe, expect, test } from '@jest/globals';
import { LossLayers } from './loss-layers.ts';

/** Reports the same loss each second. @returns the layer after each */
function during(layers: LossLayers, seconds: number, loss: number, from: number): number[] {
  return Array.from({ length: seconds }, (_, index) => {
    layers.report(loss, (from + index + 1) * 1000);
    return layers.layer;
  });
}

describe('layers chosen by loss', () => {
  test('fall one by one while much is lost, and rise again after a calm time', () => {
    const layers = new LossLayers(2, 0);
    expect(during(layers, 9, 0.2, 0)).toEqual([2, 2, 2, 1, 1, 1, 1, 0, 0]);
    expect(during(layers, 30, 0, 9).filter((layer) => layer === 0)).toHaveLength(14);
    expect(layers.layer).toBe(2);
  });

  test('stay where they are while some is lost', () => {
    const layers = new LossLayers(1, 0);
    during(layers, 5, 0.3, 0);
    expect(during(layers, 60, 0.05, 5).every((layer) => layer === 0)).toBe(true);
  });

  test('are tried less often after a trial that failed', () => {
    const layers = new LossLayers(1, 0);
    during(layers, 4, 0.3, 0);
    expect(during(layers, 15, 0, 4).at(-1)).toBe(1);
    expect(during(layers, 4, 0.3, 19).at(-1)).toBe(0);
    expect(during(layers, 29, 0, 23).at(-1)).toBe(0);
    expect(during(layers, 1, 0, 52).at(-1)).toBe(1);
  });
});
