import type { LumaPatch } from './luma-patch.ts';

const { floor, max, sqrt } = Math;

/** Mean squared gradient of a face that can be followed in both directions, levels of luma² a cell². */
const MIN_TEXTURE = 1;

/** The picture of a face that is followed, and what of it does not change from one picture to the next. */
export type Template = {
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

/** @returns null when the patch has no texture in one of the directions */
export function templateOf({ columns, rows, levels }: LumaPatch, left: number, top: number): Template | null {
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

/**
 * One step of inverse compositional alignment (Baker and Matthews 2004), blind to brightness and contrast.
 *
 * @param margin cells of the searched patch about the place of the template
 * @param px,py where the template is presumed, cells from that place
 * @returns the step to subtract, in cells, and the correlation there; null when there is nothing but one level
 */
export function align(
  template: Template,
  search: LumaPatch,
  margin: number,
  px: number,
  py: number,
): { x: number; y: number; correlation: number } | null {
  const { columns, rows, levels, gradientX, gradientY, mean, sigma, inverse } = template;
  const stride = search.columns;
  const wholeX = floor(px);
  const wholeY = floor(py);
  const fx = px - wholeX;
  const fy = py - wholeY;
  const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
  const from = (margin + wholeY) * stride + margin + wholeX;
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
