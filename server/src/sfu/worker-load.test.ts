import { expect, test } from '@jest/globals';
import { leastLoaded, SETTLE_MS, WorkerLoad } from './worker-load.ts';

/** A load that has settled at this many cores. */
function settled(cores: number): WorkerLoad {
  const load = new WorkerLoad();
  for (let second = 0; second < 30; second++) load.measured(second * 1000 * cores, second * 1000);
  return load;
}

const NOW = 30_000;
const choose = (loads: WorkerLoad[]): WorkerLoad | undefined =>
  leastLoaded(loads, (load) => ({ expected: load.expected(NOW), carried: load.unsettled }));

test('a worker that takes half a core measures half a core', () => {
  expect(settled(0.5).cpu).toBeCloseTo(0.5, 3);
  expect(settled(0).expected(NOW)).toBe(0);
});

test('one busy second does not make a worker busy', () => {
  const load = settled(0.1);
  load.measured(2900 + 1000, NOW);
  expect(load.cpu).toBeLessThan(0.5);
});

test('the worker that is measured to be busier is not taken, however little it carries', () => {
  const [busy, idle] = [settled(0.6), settled(0.1)];
  for (let count = 0; count < 10; count++) idle.place('viewer', NOW);
  expect(choose([busy, idle])).toBe(idle);
});

test('a burst of 200 joins spreads over the workers before anything is measured', () => {
  const loads = [settled(0), settled(0), settled(0), settled(0.3)];
  for (let join = 0; join < 200; join++) choose(loads)?.place('viewer', NOW);
  const [first, second, third, busy] = loads.map(({ unsettled }) => unsettled);
  expect(Math.max(first!, second!, third!) - Math.min(first!, second!, third!)).toBeLessThanOrEqual(4);
  expect(busy).toBeLessThan(first! - 40);
});

test('what was placed counts until it is in the measurement', () => {
  const load = settled(0);
  load.place('device', NOW);
  expect(load.expected(NOW + SETTLE_MS - 1)).toBeGreaterThan(0);
  expect(load.expected(NOW + SETTLE_MS)).toBe(0);
});

test('a worker whose clock or counter stands still keeps its load', () => {
  const load = settled(0.5);
  load.measured(14_500, 29_000);
  load.measured(14_500, 29_000);
  expect(load.cpu).toBeCloseTo(0.5, 3);
});
