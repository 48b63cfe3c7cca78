import type { Frame } from '../frame.ts';
import type { Box } from './box.ts';
import { LumaPatch } from './luma-patch.ts';

const { abs, max, round, sqrt } = Math;

/** The part of a face's box that moves as one: brows to nose, without the mouth, hair and background. */
const RIGID = { left: 0.12, right: 0.88, top: 0.02, bottom: 0.68 };
/** Cells across: enough to tell a tenth of a pixel, few enough to cost next to nothing. */
const CELLS = 32;
/** Cells about the template in which the face is looked for: a sixth of its width between two pictures. */
const MARGIN = 6;
const MAX_ITERATIONS = 8;
/** Steps below this are not worth another iteration, cells. */
const CONVERGED = 0.004;
/** What correlates less is something else, which is not followed. */
const MIN_CORRELATION = 0.5;
/** Mean squared gradient of a face that can be followed in both directions, levels of luma² a cell². */
const MIN_TEXTURE = 1;

/** How a face moved since it was last {@link FaceTracker.follow followed}. */
export type FaceMovement = {
  /** Pixels to the right and downwards. */
  x: number;
  y: number;
  /** Normalised correlation of what is there with the face that was followed, at most 1. */
  correlation: number;
};

/** The picture of a face that is followed, and what of it does not change from one picture to the next. */
type Template = {
  left: number;
  top: number;
  columns: number;
  rows: number;
  levels: Float32Array;
  gradientX: Float32Array;
  gradientY: Float32Array;
  mean: number;
  sigma: number;
  sumX: number;
  sumY: number;
  /** Inverse of the Hessian: xx, xy, yy. */
  inverse: readonly [number, number, number];
  /** Gradients' projections on the template itself. */
  ownX: number;
  ownY: number;
};

/**
 * Follows a face from picture to picture between two fits of its mesh, by inverse compositional alignment (Baker and
 * Matthews 2004) of a small luma patch, in translation only and blind to changes of brightness and contrast. Always
 * against the one picture in which the mesh was fitted, so that errors do not add up.
 */
export class FaceTracker {
  #template: Template | null = null;
  #search = new LumaPatch(1, 1, 1);
  #x = 0;
  #y = 0;

  /** Follows the face that is in the box now. */
  follow(frame: Frame, box: Box): void {
    const cell = max(1, round(((RIGID.right - RIGID.left) * box.width) / CELLS));
    const columns = max(8, round(((RIGID.right - RIGID.left) * box.width) / cell));
    const rows = max(8, round(((RIGID.bottom - RIGID.top) * box.height) / cell));
    const left = round(box.x + RIGID.left * box.width);
    const top = round(box.y + RIGID.top * box.height);
    const patch = new LumaPatch(columns, rows, cell);
    patch.take(frame, left, top);
    this.#template = templateOf(patch, left, top);
    if (
      this.#search.cell !== cell ||
      this.#search.columns !== columns + 2 * MARGIN ||
      this.#search.rows !== rows + 2 * MARGIN
    ) {
      this.#search = new LumaPatch(columns + 2 * MARGIN, rows + 2 * MARGIN, cell);
    }
    this.#x = 0;
    this.#y = 0;
  }

  reset(): void {
    this.#template = null;
  }

  /** Where the face is in this picture; null when none is followed or it has nothing to follow. */
  track(frame: Frame): FaceMovement | null {
    const template = this.#template;
    if (template === null) return null;
    const search = this.#search;
    const { cell } = search;
    const startX = round(this.#x);
    const startY = round(this.#y);
    search.take(frame, template.left + startX - MARGIN * cell, template.top + startY - MARGIN * cell);
    let px = (this.#x - startX) / cell;
    let py = (this.#y - startY) / cell;
    let correlation = -1;
    for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      const step = align(template, search, px, py);
      if (step === null) break;
      correlation = step.correlation;
      px -= step.x;
      py -= step.y;
      if (abs(px) >= MARGIN - 1 || abs(py) >= MARGIN - 1) {
        return { x: this.#x, y: this.#y, correlation: -1 };
      }
      if (abs(step.x) < CONVERGED && abs(step.y) < CONVERGED) break;
    }
    const found = { x: startX + px * cell, y: startY + py * cell, correlation };
    // What is covered for a moment is looked for where it was.
    if (correlation < MIN_CORRELATION) return { x: this.#x, y: this.#y, correlation };
    this.#x = found.x;
    this.#y = found.y;
    return found;
  }
}

/** @returns null when the patch has no texture in one of the directions */
function templateOf({ columns, rows, levels }: LumaPatch, left: number, top: number): Template | null {
  const gradientX = new Float32Array(levels.length);
  const gradientY = new Float32Array(levels.length);
  let sum = 0;
  let squares = 0;
  let [sumX, sumY, xx, xy, yy, ownX, ownY] = [0, 0, 0, 0, 0, 0, 0];
  for (let row = 1; row < rows - 1; row++) {
    for (let at = row * columns + 1; at < (row + 1) * columns - 1; at++) {
      const level = levels[at];
      const gx = (levels[at + 1] - levels[at - 1]) / 2;
      const gy = (levels[at + columns] - levels[at - columns]) / 2;
      gradientX[at] = gx;
      gradientY[at] = gy;
      sum += level;
      squares += level * level;
      sumX += gx;
      sumY += gy;
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
      ownX += gx * level;
      ownY += gy * level;
    }
  }
  const count = (rows - 2) * (columns - 2);
  const mean = sum / count;
  // Brightness that changes everywhere alike is no movement.
  xx -= (sumX * sumX) / count;
  xy -= (sumX * sumY) / count;
  yy -= (sumY * sumY) / count;
  const determinant = xx * yy - xy * xy;
  const weakest = determinant / (xx + yy) / count;
  if (!(weakest >= MIN_TEXTURE)) return null;
  return {
    ...{
      left,
      top,
      columns,
      rows,
      levels: Float32Array.from(levels),
      gradientX,
      gradientY,
      mean,
      sumX,
      sumY,
    },
    sigma: sqrt(squares / count - mean * mean),
    inverse: [yy / determinant, -xy / determinant, xx / determinant],
    ownX: ownX - mean * sumX,
    ownY: ownY - mean * sumY,
  };
}

/** One step of the alignment, in cells; null when there is nothing but one level. */
function align(template: Template, search: LumaPatch, px: number, py: number) {
  const { columns, rows, levels, gradientX, gradientY, mean, sigma, inverse } = template;
  const stride = search.columns;
  const wholeX = Math.floor(px);
  const wholeY = Math.floor(py);
  const fx = px - wholeX;
  const fy = py - wholeY;
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const from = (MARGIN + wholeY) * stride + MARGIN + wholeX;
  let [sum, squares, product, alongX, alongY] = [0, 0, 0, 0, 0];
  for (let row = 1; row < rows - 1; row++) {
    let there = from + row * stride + 1;
    const end = (row + 1) * columns - 1;
    for (let at = row * columns + 1; at < end; at++, there++) {
      const level =
        w00 * search.levels[there] +
        w10 * search.levels[there + 1] +
        w01 * search.levels[there + stride] +
        w11 * search.levels[there + stride + 1];
      sum += level;
      squares += level * level;
      product += level * levels[at];
      alongX += level * gradientX[at];
      alongY += level * gradientY[at];
    }
  }
  const count = (rows - 2) * (columns - 2);
  const meanThere = sum / count;
  const sigmaThere = sqrt(max(0, squares / count - meanThere * meanThere));
  if (sigmaThere === 0) return null;
  const contrast = sigma / sigmaThere;
  const bx = contrast * (alongX - meanThere * template.sumX) - template.ownX;
  const by = contrast * (alongY - meanThere * template.sumY) - template.ownY;
  return {
    x: inverse[0] * bx + inverse[1] * by,
    y: inverse[1] * bx + inverse[2] * by,
    correlation: (product / count - mean * meanThere) / (sigma * sigmaThere),
  };
}
