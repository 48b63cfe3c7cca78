import { DEFAULT_FACE } from './parameters.ts';

const { ceil, min, trunc } = Math;

/** From the middle of a pixel, in pixels. */
export type Offset = readonly [x: number, y: number];

/** Sub-pixel positions of a rotated grid, used where a pixel shows an edge. */
export const EDGE_SAMPLES: readonly Offset[] = [
  [-0.375, -0.125],
  [0.125, -0.375],
  [0.375, 0.125],
  [-0.125, 0.375],
];

/** Faces smaller than this have features smaller than a pixel: then every pixel is sampled finely. */
const FINE_BELOW = 0.3;
/** Samples along each side of a pixel, where a face has its default size; more where it is smaller. */
const MAX_FINE_SAMPLES = 4;

/** Where a pixel is sampled, if all of them are sampled alike. */
export function fineSamples(face: number): readonly Offset[] | null {
  if (face >= FINE_BELOW) return null;
  const side = min(MAX_FINE_SAMPLES, ceil(DEFAULT_FACE / face));
  const at = (index: number): number => (index + 0.5) / side - 0.5;
  return Array.from({ length: side * side }, (_, index) => [at(index % side), at(trunc(index / side))]);
}
