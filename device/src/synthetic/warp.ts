import { smoothstep } from './colour.ts';
import type { Layers } from './layers.ts';

/** Share of the shoulders' movement that reaches the head, which rests on the pillow. */
const LIFT_OF_HEAD = 0.12;

/** From the chest downwards the movement of breathing fades out, in heights of a head below the chin. */
const BELLY = { from: 1.6, to: 2.4 };
/** Where the jaw opens and where its skin is held by the neck, likewise; the lips meet at −0.2. */
const JAW = { above: -0.24, below: -0.16, neck: 0.3 };

/** Depth of a head, from its silhouette to its nose, as a share of its height. */
const RELIEF = 0.4;

/** No movement shifts the figure farther than this share of the height. */
const REACH = 0.06;

/**
 * How a rendered figure is bent to show small movements: every row takes part in the movement of the head, of the
 * shoulders, or between; a turn shifts each pixel by how far it stands out from the head's silhouette.
 */
export class Warp {
  readonly width: number;
  readonly height: number;
  /** Per row, 1 on the head and 0 on the shoulders. */
  readonly headShare: Float32Array;
  /** Per row, how much of the shoulders' lift it takes part in. */
  readonly liftShare: Float32Array;
  /** Per row, how much it takes part when the jaw drops. */
  readonly jawShare: Float32Array;
  /** Per pixel, how far in front of the silhouette a head would be there, pixels: an ellipsoid. */
  readonly relief: Float32Array;
  /** Columns of each row, first and end, that the figure may reach. */
  readonly first: Int32Array;
  readonly end: Int32Array;

  constructor({ size: { width, height }, figure, head }: Layers) {
    this.width = width;
    this.height = height;
    const headHeight = head.chin - head.top;
    this.headShare = Float32Array.from({ length: height }, (_, row) =>
      smoothstep(head.chin + 0.35 * headHeight, head.chin, row),
    );
    const row = (heads: number): number => head.chin + heads * headHeight;
    this.liftShare = this.headShare.map(
      (share, at) => (1 - (1 - LIFT_OF_HEAD) * share) * smoothstep(row(BELLY.to), row(BELLY.from), at),
    );
    this.jawShare = this.headShare.map(
      (_, at) => smoothstep(row(JAW.above), row(JAW.below), at) * smoothstep(row(JAW.neck), head.chin, at),
    );
    this.relief = new Float32Array(width * height);
    const middle = (head.top + head.chin) / 2;
    for (let row = 0, index = 0; row < height; row++) {
      const v = (row - middle) / (0.62 * headHeight);
      for (let column = 0; column < width; column++, index++) {
        const u = (column - head.x) / (0.48 * headHeight);
        this.relief[index] = RELIEF * headHeight * Math.sqrt(Math.max(0, 1 - u * u - v * v));
      }
    }
    [this.first, this.end] = reach(figure.coverage, width, height);
  }
}

/** The columns that each row of the figure covers or may cover after it has moved. */
function reach(coverage: Float32Array, width: number, height: number): [Int32Array, Int32Array] {
  const margin = Math.ceil(REACH * height);
  const firstCovered = new Int32Array(height).fill(width);
  const endCovered = new Int32Array(height);
  for (let row = 0; row < height; row++) {
    const line = coverage.subarray(row * width, (row + 1) * width);
    const found = line.findIndex((share) => share > 0);
    if (found === -1) continue;
    firstCovered[row] = found;
    endCovered[row] = line.findLastIndex((share) => share > 0) + 1;
  }
  const first = new Int32Array(height);
  const end = new Int32Array(height);
  for (let row = 0; row < height; row++) {
    const near = [Math.max(0, row - margin), row + margin + 1] as const;
    const from = Math.min(...firstCovered.subarray(...near)) - margin;
    const to = Math.max(...endCovered.subarray(...near)) + margin;
    // Even columns, so that the planes of chroma begin and end at the same place.
    first[row] = Math.max(0, from) & ~1;
    end[row] = Math.max(first[row], (Math.min(width, to) + 1) & ~1);
  }
  return [first, end];
}
