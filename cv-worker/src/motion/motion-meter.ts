import type { Box } from '../face/box.ts';
import type { Thumbnail } from './thumbnail.ts';

/** A block of a still picture changes less than this between frames, levels of luma, after any camera's noise. */
const STILL_CHANGE = 3.5;
/** This share of moving blocks is the strongest motion: an arm swept over the body. */
const STRONGEST_SHARE = 0.3;
/** Time constant of the level, ms: a glance, not a frame. */
const SMOOTHING_MS = 500;

/** How much moves in the picture: 0 still, 1 strongest. */
export class MotionMeter {
  #previous: Thumbnail | null = null;
  #previousAt = 0;
  #level = 0;

  get level(): number {
    return this.#level;
  }

  /** @param area where to look, in shares of the picture; null for all of it */
  add(timeMs: number, picture: Thumbnail, area: Box | null): void {
    const previous = this.#previous;
    const elapsedMs = timeMs - this.#previousAt;
    this.#previous = picture;
    this.#previousAt = timeMs;
    if (previous?.levels.length !== picture.levels.length) return;
    const strength = Math.min(1, movingShare(previous, picture, area) / STRONGEST_SHARE);
    const weight = 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
    this.#level += weight * (strength - this.#level);
  }

  reset(): void {
    this.#previous = null;
    this.#level = 0;
  }
}

function movingShare(previous: Thumbnail, picture: Thumbnail, area: Box | null): number {
  const { columns, rows, levels } = picture;
  const left = area === null ? 0 : Math.max(0, Math.floor(area.x * columns));
  const right = area === null ? columns : Math.min(columns, Math.ceil((area.x + area.width) * columns));
  const top = area === null ? 0 : Math.max(0, Math.floor(area.y * rows));
  const bottom = area === null ? rows : Math.min(rows, Math.ceil((area.y + area.height) * rows));
  let moving = 0;
  for (let row = top; row < bottom; row++) {
    for (let at = row * columns + left; at < row * columns + right; at++) {
      if (Math.abs(levels[at] - previous.levels[at]) > STILL_CHANGE) moving++;
    }
  }
  const count = (right - left) * (bottom - top);
  return count > 0 ? moving / count : 0;
}
