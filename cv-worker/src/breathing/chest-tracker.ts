import type { Box } from '../face/box.ts';
import type { Frame } from '../frame.ts';
import { PatchTracker } from './patch-tracker.ts';

/** The chest below a face: this many face widths wide, from the chin's distance below it to the depth, face heights. */
const CHEST_WIDTH = 2.2;
const CHEST_FROM = 0.25;
const CHEST_TO = 1.3;
/** Both shoulders and both sides of the chest below them: an arm that moves is one of four. */
const COLUMNS = 2;
const ROWS = 2;
/**
 * The background at both sides of the head, above the shoulders, shows how the camera moves: its distance and width in
 * face widths, its height in face heights.
 */
const BACKGROUND_FROM = 0.6;
const BACKGROUND_WIDTH = 0.8;
const BACKGROUND_HEIGHT = 0.8;
/** Sampled in each patch; 1500 in all. */
const CHEST_PIXELS = 300;
const BACKGROUND_PIXELS = 150;
/** The patches follow the face when it is off by this share of its width. */
const FOLLOW_DISTANCE = 0.15;

/** Patches of chest in a {@link ChestMovement}; after them comes the background. */
export const CHEST_PATCHES = COLUMNS * ROWS;

/**
 * Displacement downwards of each patch of the chest and of the background, pixels, since tracking began; NaN where there
 * is nothing to follow. Valid until the next picture.
 */
export type ChestMovement = Float64Array;

/** Vertical movement of the chest, patch by patch, and of the background beside the head. */
export class ChestTracker {
  readonly #chest = Array.from({ length: CHEST_PATCHES }, () => new PatchTracker(CHEST_PIXELS));
  readonly #background = [new PatchTracker(BACKGROUND_PIXELS), new PatchTracker(BACKGROUND_PIXELS)];
  readonly #movement: ChestMovement = new Float64Array(CHEST_PATCHES + 1);
  #placedAt: Box | null = null;

  /** Places the patches about the face. */
  follow(frame: Frame, face: Box): void {
    const placed = this.#placedAt;
    if (placed !== null) {
      const moved = Math.hypot(face.x - placed.x, face.y - placed.y);
      if (moved < FOLLOW_DISTANCE * face.width) return;
    }
    this.#placedAt = face;
    const width = (CHEST_WIDTH * face.width) / COLUMNS;
    const height = ((CHEST_TO - CHEST_FROM) * face.height) / ROWS;
    const left = face.x + face.width / 2 - (COLUMNS / 2) * width;
    const top = face.y + (1 + CHEST_FROM) * face.height;
    this.#chest.forEach((patch, i) => {
      const column = i % COLUMNS;
      const row = Math.floor(i / COLUMNS);
      patch.place(frame, { x: left + column * width, y: top + row * height, width, height });
    });
    const beside = {
      y: face.y,
      width: BACKGROUND_WIDTH * face.width,
      height: BACKGROUND_HEIGHT * face.height,
    };
    const distance = BACKGROUND_FROM * face.width;
    this.#background[0].place(frame, { ...beside, x: face.x - distance - beside.width });
    this.#background[1].place(frame, { ...beside, x: face.x + face.width + distance });
  }

  /** Null when no chest with any texture is in the picture. */
  track(frame: Frame): ChestMovement | null {
    let isSeen = false;
    for (let i = 0; i < CHEST_PATCHES; i++) {
      const moved = this.#chest[i].track(frame);
      isSeen ||= moved !== null;
      this.#movement[i] = moved ?? NaN;
    }
    this.#movement[CHEST_PATCHES] = mean(this.#background.map((patch) => patch.track(frame)));
    return isSeen ? this.#movement : null;
  }

  reset(): void {
    this.#placedAt = null;
    for (const patch of [...this.#chest, ...this.#background]) patch.reset();
  }
}

/** Of what there is; NaN when there is nothing. */
function mean(values: (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
