import type { Thumbnail } from '../motion/thumbnail.ts';
import type { Box } from './box.ts';

const { abs, ceil, floor, max, min } = Math;

/**
 * A block shows something else when it changed by more than this against the picture as a whole, levels of luma: more
 * than noise and an encoder's refinements make of 64 pixels, less than a person in front of nearly any wall.
 */
const CHANGED_LEVELS = 9;
/** The smallest face that matters covers more blocks than this. */
const CHANGED_BLOCKS = 5;
/** The patient's own head and body, which move without anybody coming: face widths to each side, heights above. */
const HEAD = { side: 0.5, above: 0.45 };
/** From the chin downwards the body is this many face widths to each side. */
const BODY_SIDE = 1.6;

/** Tells whether anything has come or gone beside the patient since the picture was last searched for faces. */
export class SceneWatch {
  #reference = new Float32Array(0);

  /** The picture has been searched: changes count from here on. */
  searched({ levels }: Thumbnail): void {
    if (this.#reference.length === levels.length) this.#reference.set(levels);
    else this.#reference = Float32Array.from(levels);
  }

  /** @param face the patient's, in shares of the picture; null when there is none: then everything counts */
  hasChanged(picture: Thumbnail, face: Box | null): boolean {
    const { columns, rows, levels } = picture;
    const reference = this.#reference;
    if (levels.length !== reference.length) return true;
    const light = meanDifference(levels, reference);
    const head = columnsBetween(face, HEAD.side, columns);
    const body = columnsBetween(face, BODY_SIDE, columns);
    const top = face === null ? rows : floor((face.y - HEAD.above * face.height) * rows);
    const chin = face === null ? rows : floor((face.y + face.height) * rows);
    let changed = 0;
    for (let row = 0; row < rows; row++) {
      const own = row < top ? NONE : row < chin ? head : body;
      for (let column = 0; column < columns; column++) {
        if (column === own.from) column = own.to;
        if (column >= columns) break;
        const at = row * columns + column;
        if (abs(levels[at] - reference[at] - light) > CHANGED_LEVELS) changed++;
      }
    }
    return changed > CHANGED_BLOCKS;
  }
}

const NONE = { from: -1, to: -1 };

/** Columns of the face and `side` face widths beside it. */
function columnsBetween(face: Box | null, side: number, columns: number): { from: number; to: number } {
  if (face === null) return NONE;
  return {
    from: max(0, floor((face.x - side * face.width) * columns)),
    to: min(columns, ceil((face.x + (1 + side) * face.width) * columns)),
  };
}

function meanDifference(levels: Float32Array, reference: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < levels.length; i++) sum += levels[i] - reference[i];
  return sum / levels.length;
}
