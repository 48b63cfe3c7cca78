import { BLACK, type Frame } from '../frame.ts';
import { scaleBox, type Box } from './box.ts';
import type { FaceMesh } from './facemesh.ts';

/** Outlines by point number of the face mesh, where skin is thin, even and seldom covered. */
const OUTLINES = {
  forehead: [103, 67, 109, 10, 338, 297, 332, 333, 334, 296, 336, 9, 107, 66, 105, 104],
  leftCheek: [117, 118, 119, 100, 142, 36, 205, 187, 147, 123, 116],
  rightCheek: [346, 347, 348, 329, 371, 266, 425, 411, 376, 352, 345],
};
export const REGION_NAMES = ['forehead', 'leftCheek', 'rightCheek'] as const;

/** Hair, brows, glasses and shine differ from the skin around them by more than this, whatever the skin's tone. */
const DARKEST_OF_MEDIAN = 0.6;
const BRIGHTEST_OF_MEDIAN = 1.5;
/** Luma at its limit (235) no longer follows the light. */
const SATURATED = 230;

/** The person is within this many face widths to each side of the face, and from a face height above it downwards. */
const PERSON_WIDTH = 2.4;
/** Every such pixel of the background is enough for its mean. */
const BACKGROUND_STEP = 3;
/** Fewer pixels than this are no reference for the light: their own noise is as large as a pulse. */
const MIN_BACKGROUND_PIXELS = 150;

/** Positions of pixels as indices of their luma. */
export type PixelSet = Int32Array;

/** Pixels whose centre is inside of the polygon (even-odd rule); x, y pairs. */
export function pixelsInPolygon(frame: Frame, polygon: Float32Array): PixelSet {
  const corners = polygon.length / 2;
  const pixels: number[] = [];
  const crossings: number[] = [];
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < corners; i++) {
    top = Math.min(top, polygon[2 * i + 1]);
    bottom = Math.max(bottom, polygon[2 * i + 1]);
  }
  const lastRow = Math.min(frame.height - 1, Math.floor(bottom));
  for (let row = Math.max(0, Math.ceil(top)); row <= lastRow; row++) {
    crossings.length = 0;
    for (let i = 0; i < corners; i++) {
      const next = (i + 1) % corners;
      const y0 = polygon[2 * i + 1];
      const y1 = polygon[2 * next + 1];
      if (y0 <= row === y1 <= row) continue;
      const x0 = polygon[2 * i];
      crossings.push(x0 + ((row - y0) / (y1 - y0)) * (polygon[2 * next] - x0));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const last = Math.min(frame.width - 1, Math.floor(crossings[i + 1]));
      for (let x = Math.max(0, Math.ceil(crossings[i])); x <= last; x++) {
        pixels.push(row * frame.width + x);
      }
    }
  }
  return Int32Array.from(pixels);
}

/** The skin among the pixels: those near the median brightness and not saturated. */
export function skinAmong(frame: Frame, pixels: PixelSet): PixelSet {
  const { pixels: levels } = frame;
  const counts = new Uint32Array(256);
  for (const at of pixels) counts[levels[at]]++;
  let median = 0;
  for (let seen = counts[0]; seen * 2 < pixels.length; seen += counts[median]) median++;
  const darkest = BLACK + (median - BLACK) * DARKEST_OF_MEDIAN;
  const brightest = BLACK + (median - BLACK) * BRIGHTEST_OF_MEDIAN;
  return pixels.filter((at) => {
    const level = levels[at];
    return level >= darkest && level <= brightest && level < SATURATED;
  });
}

/** Skin pixels of forehead and both cheeks. */
export function skinRegions(frame: Frame, mesh: FaceMesh): PixelSet[] {
  return REGION_NAMES.map((name) => {
    const outline = OUTLINES[name];
    const polygon = new Float32Array(outline.length * 2);
    outline.forEach((point, i) => {
      polygon[2 * i] = mesh.points[2 * point];
      polygon[2 * i + 1] = mesh.points[2 * point + 1];
    });
    return skinAmong(frame, pixelsInPolygon(frame, polygon));
  });
}

/** Pixels beside the person, as a reference for the light; empty when too few are in the picture. */
export function backgroundPixels(frame: Frame, face: Box): PixelSet {
  const person = scaleBox(face, PERSON_WIDTH);
  const bottom = Math.min(frame.height, face.y + face.height);
  const pixels: number[] = [];
  for (let y = 0; y < bottom; y += BACKGROUND_STEP) {
    for (let x = 0; x < frame.width; x += BACKGROUND_STEP) {
      if (x >= person.x && x < person.x + person.width) continue;
      const at = y * frame.width + x;
      if (frame.pixels[at] < SATURATED) pixels.push(at);
    }
  }
  return pixels.length < MIN_BACKGROUND_PIXELS ? new Int32Array(0) : Int32Array.from(pixels);
}
