import type { Frame } from '../frame.ts';

/** Side of a block, pixels of the frame: averaging 64 pixels leaves little of the camera's noise. */
const BLOCK = 8;

/** A frame reduced to the mean luma of blocks of 8 × 8 pixels. */
export type Thumbnail = { columns: number; rows: number; levels: Float32Array };

export function thumbnail(frame: Frame): Thumbnail {
  const columns = Math.floor(frame.width / BLOCK);
  const rows = Math.floor(frame.height / BLOCK);
  const levels = new Float32Array(columns * rows);
  const { pixels, width } = frame;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      const corner = row * BLOCK * width + column * BLOCK;
      for (let y = 0; y < BLOCK; y++) {
        const line = corner + y * width;
        for (let x = 0; x < BLOCK; x++) sum += pixels[line + x];
      }
      levels[row * columns + column] = sum / (BLOCK * BLOCK);
    }
  }
  return { columns, rows, levels };
}

/** Mean and largest absolute difference of the blocks, grey levels; both infinite between sizes. */
export function difference(a: Thumbnail, b: Thumbnail): { mean: number; largest: number } {
  if (a.columns !== b.columns || a.rows !== b.rows) return { mean: Infinity, largest: Infinity };
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < a.levels.length; i++) {
    const change = Math.abs(a.levels[i] - b.levels[i]);
    sum += change;
    largest = Math.max(largest, change);
  }
  return { mean: sum / a.levels.length, largest };
}

/** Mean absolute difference between neighbouring blocks, grey levels: 0 for a uniform picture. */
export function structure(picture: Thumbnail): number {
  const { columns, rows, levels } = picture;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 1; column < columns; column++) {
      const at = row * columns + column;
      sum += Math.abs(levels[at] - levels[at - 1]);
    }
  }
  return sum / (rows * (columns - 1));
}
