import { expect, test } from '@jest/globals';
import { LayerDemand } from './layer-demand.ts';

test('a layer that somebody begins to watch is asked for at once', () => {
  const demand = new LayerDemand(0);
  demand.want({}, 2);
  expect(demand.settle(0)).toBe(2);
  expect(demand.settle(1)).toBeUndefined();
});

test('a layer that nobody watches any more is given up after ten seconds', () => {
  const demand = new LayerDemand(2);
  const [wall, focus] = [{}, {}];
  demand.want(wall, 0);
  demand.want(focus, 2);
  expect(demand.settle(0)).toBeUndefined();
  demand.drop(focus);
  expect(demand.settle(1_000)).toBeUndefined();
  expect(demand.settle(10_999)).toBeUndefined();
  expect(demand.settle(11_000)).toBe(0);
});

test('a layer that is wanted again in time is kept', () => {
  const demand = new LayerDemand(1);
  const viewer = {};
  demand.settle(0);
  demand.want(viewer, 1);
  demand.settle(9_000);
  demand.drop(viewer);
  expect(demand.settle(18_000)).toBeUndefined();
  expect(demand.settle(28_000)).toBe(0);
});
