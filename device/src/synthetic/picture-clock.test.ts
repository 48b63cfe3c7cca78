import { describe, expect, test } from '@jest/globals';
import { CLOCK_CELLS, CLOCK_PERIOD_MS, clockCells, drawClock, readClockCells } from './picture-clock.ts';

describe('the clock in the picture', () => {
  test.each([0, 1, 12_345, CLOCK_PERIOD_MS - 1])('is read back as it was drawn: %i ms', (time) => {
    expect(readClockCells(clockCells(time))).toBe(time);
  });

  test('is not read when one cell is wrong', () => {
    const cells = clockCells(98_765);
    cells[7] = !cells[7];
    expect(readClockCells(cells)).toBeUndefined();
  });

  test('stands as black and white cells along the upper edge of the picture', () => {
    const [width, height] = [320, 240];
    const picture = new Uint8Array((width * height * 3) / 2).fill(77);
    drawClock(picture, width, height, 54_321);
    const cell = width / CLOCK_CELLS;
    const row = 8 * width;
    const seen = Array.from(
      { length: CLOCK_CELLS },
      (_, i) => picture[row + Math.floor((i + 0.5) * cell)] > 128,
    );
    expect(readClockCells(seen)).toBe(54_321);
    expect(picture[17 * width]).toBe(77);
  });
});
