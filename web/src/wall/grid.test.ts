import { describe, expect, test } from '@jest/globals';
import { chooseColumns, neighbour } from './grid.ts';

describe('chooseColumns', () => {
  test.each([
    [1, 1280, 600, 1],
    [4, 1280, 600, 2],
    [6, 1920, 960, 3],
    [12, 1280, 600, 4],
    [4, 390, 720, 1],
    [0, 1280, 600, 1],
  ])('%i patients on %i×%i stand in %i columns', (count, width, height, columns) => {
    expect(chooseColumns(count, width, height)).toBe(columns);
  });
});

test('arrow keys lead to the tile beside, above and below, and stop at the edges', () => {
  expect(neighbour(0, 'ArrowRight', 4, 2)).toBe(1);
  expect(neighbour(0, 'ArrowDown', 4, 2)).toBe(2);
  expect(neighbour(3, 'ArrowUp', 4, 2)).toBe(1);
  expect(neighbour(0, 'ArrowLeft', 4, 2)).toBe(0);
  expect(neighbour(3, 'ArrowDown', 4, 2)).toBe(3);
});
