import type { Frame } from '../frame.ts';
import { align, templateOf, type Template } from './alignment.ts';
import type { Box } from './box.ts';
import { LumaPatch } from './luma-patch.ts';

const { abs, max, round } = Math;

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

/** How a face moved since it was last {@link FaceTracker.follow followed}. */
export type FaceMovement = {
  /** Pixels to the right and downwards. */
  x: number;
  y: number;
  /** Normalised correlation of what is there with the face that was followed, at most 1. */
  correlation: number;
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
      const step = align(template, search, MARGIN, px, py);
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
