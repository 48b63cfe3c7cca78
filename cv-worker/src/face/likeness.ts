import type { Frame } from '../frame.ts';
import type { FaceMesh } from './facemesh.ts';

const { floor, max, min, sqrt } = Math;

/** Samples across and down. */
const COLUMNS = 20;
const ROWS = 22;
/** The part of a face that is sampled, in distances between the outer eye corners about the point between the eyes. */
const AREA = { left: -0.75, right: 0.75, top: -0.55, bottom: 1.1 };
const LEFT_EYE = 33;
const RIGHT_EYE = 263;

/** How a face looks: luma on a grid that lies along its eyes, with a mean of 0 and a power of 1. */
export type Likeness = Float32Array;

/** Takes a face's likeness: nearly the same of the same head wherever it is, however large, and however bright. */
export function likenessOf({ pixels, width, height }: Frame, { points }: FaceMesh): Likeness {
  const axisX = points[2 * RIGHT_EYE] - points[2 * LEFT_EYE];
  const axisY = points[2 * RIGHT_EYE + 1] - points[2 * LEFT_EYE + 1];
  const centreX = points[2 * LEFT_EYE] + axisX / 2;
  const centreY = points[2 * LEFT_EYE + 1] + axisY / 2;
  const levels = new Float32Array(COLUMNS * ROWS);
  let sum = 0;
  for (let row = 0; row < ROWS; row++) {
    const down = AREA.top + ((AREA.bottom - AREA.top) * row) / (ROWS - 1);
    for (let column = 0; column < COLUMNS; column++) {
      const across = AREA.left + ((AREA.right - AREA.left) * column) / (COLUMNS - 1);
      const x = max(0, min(width - 2, centreX + across * axisX - down * axisY));
      const y = max(0, min(height - 2, centreY + across * axisY + down * axisX));
      const left = floor(x);
      const top = floor(y);
      const at = top * width + left;
      const above = pixels[at] + (x - left) * (pixels[at + 1] - pixels[at]);
      const below = pixels[at + width] + (x - left) * (pixels[at + width + 1] - pixels[at + width]);
      const level = above + (y - top) * (below - above);
      levels[row * COLUMNS + column] = level;
      sum += level;
    }
  }
  const mean = sum / levels.length;
  let power = 0;
  for (let i = 0; i < levels.length; i++) {
    levels[i] -= mean;
    power += levels[i] * levels[i];
  }
  const scale = power === 0 ? 0 : 1 / sqrt(power);
  for (let i = 0; i < levels.length; i++) levels[i] *= scale;
  return levels;
}

/**
 * Likenesses that correlate as much are of the same person: a head that turns by 8° and back keeps 0.83, two people's
 * heads in the same light have 0.7 and less.
 */
const SAME_PERSON = 0.85;
/** A view that is less like all others is worth being kept: nearer ones would fill the gallery with the same. */
const NEW_VIEW = 0.93;
/** Views of one person: straight, turned to either side, nodded, in daylight and in lamplight. */
const MAX_VIEWS = 8;

/** How one person looks, from several sides. */
export class Gallery {
  #views: Likeness[] = [];

  knows(likeness: Likeness): boolean {
    return this.#mostSimilar(likeness) >= SAME_PERSON;
  }

  /** The likeness is this person's: the views learned last are kept. */
  learn(likeness: Likeness): void {
    if (this.#mostSimilar(likeness) >= NEW_VIEW) return;
    this.#views.push(likeness);
    if (this.#views.length > MAX_VIEWS) this.#views.shift();
  }

  clear(): void {
    this.#views = [];
  }

  #mostSimilar(likeness: Likeness): number {
    return this.#views.reduce((most, view) => max(most, correlation(view, likeness)), -1);
  }
}

function correlation(a: Likeness, b: Likeness): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
