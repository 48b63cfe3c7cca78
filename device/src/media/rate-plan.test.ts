import { describe, expect, test } from '@jest/globals';
import { layersOf } from './layers.ts';
import { RatePlan } from './rate-plan.ts';

const LAYERS = layersOf({ width: 640, height: 480, framesPerSecond: 15 }, 2);
const ENOUGH = 1_300_000;

describe('the rate plan', () => {
  test('leaves the encoder alone while the rate changes little', () => {
    const plan = new RatePlan(LAYERS, ENOUGH, 0);
    expect(plan.update(1_100_000, 60_000)).toBe(false);
  });

  test('follows a rate that falls much, but not at once after another change', () => {
    const plan = new RatePlan(LAYERS, ENOUGH, 0);
    expect(plan.update(700_000, 1000)).toBe(false);
    expect(plan.update(700_000, 2000)).toBe(true);
    expect(plan.layers.map(({ bitrate }) => bitrate)).toEqual([215_385, 484_615]);
  });

  test('follows a rate that rises only after a while', () => {
    const plan = new RatePlan(LAYERS, 700_000, 0);
    expect(plan.update(ENOUGH, 3000)).toBe(false);
    expect(plan.update(ENOUGH, 6000)).toBe(true);
  });

  test('drops the top layer first and brings it back', () => {
    const plan = new RatePlan(LAYERS, ENOUGH, 0);
    plan.update(300_000, 10_000);
    expect(plan.layers).toHaveLength(1);
    expect(plan.affordable).toBe(1);
    plan.update(ENOUGH, 20_000);
    expect(plan.layers).toHaveLength(2);
  });

  test('stops encoding a layer that nobody watches after a while, and brings it back at once', () => {
    const plan = new RatePlan(LAYERS, ENOUGH, 0);
    plan.watch(0, 10_000);
    expect(plan.update(ENOUGH, 11_000)).toBe(false);
    expect(plan.update(ENOUGH, 19_000)).toBe(true);
    expect(plan.layers).toEqual([{ width: 320, height: 240, bitrate: 400_000 }]);
    expect(plan.affordable).toBe(2);
    plan.watch(1, 19_100);
    expect(plan.update(ENOUGH, 19_100)).toBe(true);
    expect(plan.layers).toHaveLength(2);
  });
});
