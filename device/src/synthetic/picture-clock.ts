/**
 * A clock drawn into the picture as a row of black and white cells along its upper edge, for measuring how old a
 * picture is when it is seen. The cells survive a low layer of VP8.
 *
 * From the left: 18 bits of the time in milliseconds (modulo 262,144), most significant first, and two bits of the sum
 * of those bits, as a check.
 */
export const CLOCK_CELLS = 20;
export const CLOCK_TIME_BITS = 18;
/** A cell is this share of the picture's height, and a twentieth of its width. */
export const CLOCK_HEIGHT_SHARE = 1 / 15;
/** The clock begins anew after this long, ms. */
export const CLOCK_PERIOD_MS = 2 ** CLOCK_TIME_BITS;

const BLACK_LUMA = 16;
const WHITE_LUMA = 235;
const NEUTRAL_CHROMA = 128;

/** @returns 20 booleans, true for a white cell */
export function clockCells(timeMs: number): boolean[] {
  const time = Math.floor(timeMs) % CLOCK_PERIOD_MS;
  const bits: boolean[] = [];
  for (let bit = CLOCK_TIME_BITS - 1; bit >= 0; bit--) bits.push(((time >> bit) & 1) === 1);
  const sum = bits.filter(Boolean).length;
  return [...bits, (sum & 2) === 2, (sum & 1) === 1];
}

/** @returns the time modulo {@link CLOCK_PERIOD_MS}; undefined when the check fails */
export function readClockCells(cells: readonly boolean[]): number | undefined {
  const bits = cells.slice(0, CLOCK_TIME_BITS);
  const time = bits.reduce((value, bit) => 2 * value + (bit ? 1 : 0), 0);
  const expected = clockCells(time);
  return cells.every((cell, index) => cell === expected[index]) ? time : undefined;
}

/** Draws the clock into an I420 picture (planes one after the other, even width and height). */
export function drawClock(picture: Uint8Array, width: number, height: number, timeMs: number): void {
  const rows = 2 * Math.round((height * CLOCK_HEIGHT_SHARE) / 2);
  const cells = clockCells(timeMs);
  const luma = Uint8Array.from({ length: width }, (_, x) =>
    cells[Math.floor((x * CLOCK_CELLS) / width)] ? WHITE_LUMA : BLACK_LUMA,
  );
  for (let y = 0; y < rows; y++) picture.set(luma, y * width);
  const chromaBytes = (rows / 2) * (width / 2);
  const u = width * height;
  const v = u + u / 4;
  picture.fill(NEUTRAL_CHROMA, u, u + chromaBytes);
  picture.fill(NEUTRAL_CHROMA, v, v + chromaBytes);
}
