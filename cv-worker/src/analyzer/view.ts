import type { Crop } from '../frame.ts';

/** What part of the camera's picture is seen, and at which size in pixels. */
export type View = { width: number; height: number; crop: Crop };

/** A view of all of the camera's picture. */
export const WHOLE: Crop = { x: 0, y: 0, scale: 1 };

/** Where a place of one view is in another: x · scaleX + x, y · scaleY + y. */
export type Mapping = { scaleX: number; scaleY: number; x: number; y: number };

export function isSameView(a: View, b: View): boolean {
  const sameSize = a.width === b.width && a.height === b.height;
  return sameSize && a.crop.x === b.crop.x && a.crop.y === b.crop.y && a.crop.scale === b.crop.scale;
}

/** From pixels of one view to those of another of the same camera. */
export function mapping(from: View, to: View): Mapping {
  const scale = from.crop.scale / to.crop.scale;
  return {
    scaleX: (scale * to.width) / from.width,
    scaleY: (scale * to.height) / from.height,
    x: ((from.crop.x - to.crop.x) / to.crop.scale) * to.width,
    y: ((from.crop.y - to.crop.y) / to.crop.scale) * to.height,
  };
}
