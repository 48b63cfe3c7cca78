import type { Frame } from '../frame.ts';

const { max, min } = Math;

/** A part of a picture in cells of several pixels: the mean luma of each. Used again for every picture. */
export class LumaPatch {
  readonly columns: number;
  readonly rows: number;
  /** Side of a cell, pixels. */
  readonly cell: number;
  readonly levels: Float32Array;
  readonly #xs: Int32Array;

  constructor(columns: number, rows: number, cell: number) {
    this.columns = columns;
    this.rows = rows;
    this.cell = cell;
    this.levels = new Float32Array(columns * rows);
    this.#xs = new Int32Array(columns * cell);
  }

  /** Takes the part whose upper left corner is at the pixel; the picture's edge goes on beyond it. */
  take({ pixels, width, height }: Frame, left: number, top: number): void {
    const { columns, rows, cell, levels } = this;
    const xs = this.#xs;
    for (let i = 0; i < xs.length; i++) xs[i] = max(0, min(width - 1, left + i));
    const area = cell * cell;
    levels.fill(0);
    for (let row = 0; row < rows * cell; row++) {
      const line = max(0, min(height - 1, top + row)) * width;
      const target = ((row / cell) | 0) * columns;
      for (let column = 0, i = 0; column < columns; column++) {
        let sum = 0;
        for (const end = i + cell; i < end; i++) sum += pixels[line + xs[i]];
        levels[target + column] += sum / area;
      }
    }
  }
}
