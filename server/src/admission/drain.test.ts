import { beforeEach, expect, test } from '@jest/globals';
import { Drain } from './drain.ts';

let now: number;
let told: (number | null | 'over')[];
let drain: Drain;
beforeEach(() => {
  now = 1000;
  told = [];
  drain = new Drain({
    clock: () => now,
    changed: (deadline) => told.push(deadline),
    over: () => told.push('over'),
  });
});

const examineAt = (time: number) => {
  now = time;
  drain.examine();
};

test('a drain tells its deadline, and once that it has come', () => {
  drain.start(500);
  expect(drain.deadline).toBe(1500);
  examineAt(1499);
  expect(told).toEqual([1500]);
  examineAt(1500);
  examineAt(2000);
  expect(told).toEqual([1500, 'over']);
  expect([drain.active, drain.stage]).toEqual([true, 'over']);
});

test('a drain that is taken back ends nothing', () => {
  drain.start(500);
  expect(drain.cancel()).toBe(true);
  examineAt(5000);
  expect(told).toEqual([1500, null]);
  expect(drain.cancel()).toBe(false);
});

test('a drain that is over can be taken back, and begun anew', () => {
  drain.start(0);
  drain.cancel();
  expect([drain.stage, drain.over]).toEqual(['none', false]);
  drain.start(500);
  expect(drain.stage).toBe('begun');
});

test('a drain can be given another deadline, and no time at all', () => {
  drain.start(5000);
  drain.start(0);
  expect(told).toEqual([6000, 1000, 'over']);
});
