import { BLACK, chromaPlane, lumaPlane, type Frame, type Plane } from '../frame.ts';
import { REGION_NAMES, type RegionName } from '../skin-sample.ts';
import { scaleBox, type Box } from './box.ts';
import type { FaceMesh } from './facemesh.ts';
import { countPixels, filterRuns, polygonRuns, type Runs } from './runs.ts';

/**
 * Outlines by point number of the face mesh: as much skin as is seldom covered, since averaging is all that a small
 * pulse has against noise and compression. The cheeks reach to the jaw beside the mouth; the
 * chin below it counts while the mouth is still.
 */
const OUTLINES: Record<RegionName, readonly number[]> = {
  forehead: [54, 103, 67, 109, 10, 338, 297, 332, 284, 298, 293, 334, 296, 336, 9, 107, 66, 105, 63, 68],
  glabella: [107, 9, 336, 285, 417, 168, 193, 55],
  leftCheek: [116, 117, 118, 119, 100, 142, 36, 205, 216, 212, 214, 192, 213, 147, 123],
  rightCheek: [345, 346, 347, 348, 329, 371, 266, 425, 436, 432, 434, 416, 433, 376, 352],
  chin: [
    57, 43, 106, 182, 83, 18, 313, 406, 335, 273, 287, 432, 434, 364, 379, 378, 400, 377, 152, 148, 176, 149,
    150, 135, 214, 212,
  ],
};

/** Hair, brows, glasses and shine differ from the skin around them by more than this, whatever the skin's tone. */
const DARKEST_OF_MEDIAN = 0.6;
const BRIGHTEST_OF_MEDIAN = 1.5;
/** What differs from a region's median by more than this many robust standard deviations is no skin of that region. */
const OUTLIER = 3;
/** Standard deviation of normal numbers over their median absolute deviation. */
const SIGMA_PER_MAD = 1.4826;
/** Differences that noise and compression make even on uniform skin, levels of luma and of chroma. */
const LUMA_FLOOR = 5;
const CHROMA_FLOOR = 4;
/** Luma at its limit (235) no longer follows the light. */
const SATURATED = 230;

/** The person is within this many face widths, as far as the face is high. */
const PERSON_WIDTH = 2.4;
/** Every such pixel of the background is enough for its mean. */
const BACKGROUND_STEP = 3;
/** Fewer pixels than this are no reference for the light: their own noise is as large as a pulse. */
const MIN_BACKGROUND_PIXELS = 150;

/** The skin of a region in luma and in chroma, which has half as many rows and columns. */
export type SkinRegion = { luma: Runs; chroma: Runs; pixels: number };

/** The skin of each of {@link REGION_NAMES}. */
export function skinRegions(frame: Frame, mesh: FaceMesh): SkinRegion[] {
  return REGION_NAMES.map((name) => {
    const outline = OUTLINES[name];
    const polygon = new Float32Array(outline.length * 2);
    outline.forEach((point, i) => {
      polygon[2 * i] = mesh.points[2 * point];
      polygon[2 * i + 1] = mesh.points[2 * point + 1];
    });
    return skinWithin(frame, polygon);
  });
}

/**
 * The skin inside of the outline: what is near the region's medians of luma and of chroma.
 *
 * @param polygon x, y pairs in pixels of the frame
 */
export function skinWithin(frame: Frame, polygon: Float32Array): SkinRegion {
  const { pixels } = frame;
  const luma = lumaPlane(frame);
  const u = chromaPlane(frame, 'u');
  const v = chromaPlane(frame, 'v');
  // Chroma lies between two rows of luma and on the even columns (MPEG-2 siting).
  const halved = polygon.map((coordinate, i) => (i % 2 === 0 ? coordinate / 2 : (coordinate - 0.5) / 2));
  const inside = polygonRuns(polygon, luma);
  const insideChroma = polygonRuns(halved, u);

  const brightness = acceptance(pixels, luma, inside, LUMA_FLOOR);
  const darkest = Math.max(brightness.low, BLACK + (brightness.median - BLACK) * DARKEST_OF_MEDIAN);
  const brightest = Math.min(
    brightness.high,
    BLACK + (brightness.median - BLACK) * BRIGHTEST_OF_MEDIAN,
    SATURATED,
  );
  const blueness = acceptance(pixels, u, insideChroma, CHROMA_FLOOR);
  const redness = acceptance(pixels, v, insideChroma, CHROMA_FLOOR);
  const hasSkinColour = (row: number, column: number) => {
    const at = row * u.width + column;
    const blue = pixels[u.start + at];
    const red = pixels[v.start + at];
    return blue >= blueness.low && blue <= blueness.high && red >= redness.low && red <= redness.high;
  };
  const hasSkinLuma = (row: number, column: number) => {
    const level = pixels[row * luma.width + column];
    return level >= darkest && level <= brightest;
  };
  const skin = filterRuns(
    inside,
    (row, column) => hasSkinLuma(row, column) && hasSkinColour(row >> 1, column >> 1),
  );
  const chroma = filterRuns(
    insideChroma,
    (row, column) => hasSkinColour(row, column) && hasSkinLuma(2 * row, 2 * column),
  );
  return { luma: skin, chroma, pixels: countPixels(skin) };
}

/** Levels about the median that belong to the same surface. */
function acceptance(
  pixels: Uint8Array,
  plane: Plane,
  runs: Runs,
  floor: number,
): { median: number; low: number; high: number } {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let i = 0; i < runs.length; i += 3) {
    const row = plane.start + runs[i] * plane.width;
    for (let at = row + runs[i + 1]; at < row + runs[i + 2]; at++) counts[pixels[at]]++;
    total += runs[i + 2] - runs[i + 1];
  }
  const median = middle(counts, total);
  const deviations = new Uint32Array(256);
  for (let level = 0; level < 256; level++) deviations[Math.abs(level - median)] += counts[level];
  const reach = Math.max(floor, OUTLIER * SIGMA_PER_MAD * middle(deviations, total));
  return { median, low: median - reach, high: median + reach };
}

/** Median of a histogram of levels. */
function middle(counts: Uint32Array, total: number): number {
  let level = 0;
  for (let seen = counts[0]; seen * 2 < total; seen += counts[level]) level++;
  return level;
}

/**
 * Places beside the face, as indices of their luma; empty when too few are in the picture. Only rows of the face: a
 * rolling shutter shows flickering light in each row at another phase, so that over all rows it would cancel out.
 */
export function backgroundPixels(frame: Frame, face: Box): Int32Array {
  const person = scaleBox(face, PERSON_WIDTH);
  const bottom = Math.min(frame.height, face.y + face.height);
  const pixels: number[] = [];
  for (let y = Math.max(0, Math.round(face.y)); y < bottom; y += BACKGROUND_STEP) {
    for (let x = 0; x < frame.width; x += BACKGROUND_STEP) {
      if (x >= person.x && x < person.x + person.width) continue;
      const at = y * frame.width + x;
      if (frame.pixels[at] < SATURATED) pixels.push(at);
    }
  }
  return pixels.length < MIN_BACKGROUND_PIXELS ? new Int32Array(0) : Int32Array.from(pixels);
}
