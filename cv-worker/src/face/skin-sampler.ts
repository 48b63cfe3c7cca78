import { BLACK, BT601, chromaPlane, lumaPlane, NEUTRAL, type Frame } from '../frame.ts';
import {
  BACKGROUND,
  channelIndex,
  REGION_CHANNELS,
  REGION_NAMES,
  SKIN_SAMPLE_LENGTH,
  type SkinSample,
} from '../skin-sample.ts';
import type { Box } from './box.ts';
import type { FaceMesh } from './facemesh.ts';
import { backgroundPixels, skinRegions, type SkinRegion } from './regions.ts';
import { Restlessness } from './restlessness.ts';
import { meanOfRuns } from './runs.ts';

/** How far the face has moved since its regions were placed, pixels. */
export type Shift = { x: number; y: number };

/** Regions are placed anew when they are off by this share of the face's width: less is the mesh's own trembling. */
const FOLLOW_DISTANCE = 0.03;
/**
 * With fewer skin pixels no pulse was found even on light skin at 400 kbit/s: of 72 pixels it was right in all windows.
 * Whether it can be believed on darker skin is for its quality to say.
 */
export const MIN_SKIN_PIXELS = 60;
/** Means below this are too near to black for their changes to be told as a ratio, levels. */
const MIN_LEVEL = 2;
const STRIDE = REGION_CHANNELS.length;
const COLOURS = 3;
const CHIN = REGION_NAMES.indexOf('chin');
const CALM_AND_CHIN = [
  REGION_NAMES.indexOf('forehead'),
  REGION_NAMES.indexOf('leftCheek'),
  REGION_NAMES.indexOf('rightCheek'),
  CHIN,
];

/**
 * Means of the skin's regions and of the background, frame by frame. The regions move along with the face between two
 * placements; at a new placement the values are scaled so that they go on without a step: a step of half a level is as
 * large as the pulse.
 */
export class SkinSampler {
  readonly #values: SkinSample = new Float64Array(SKIN_SAMPLE_LENGTH);
  readonly #gains = new Float64Array(SKIN_SAMPLE_LENGTH).fill(1);
  #chin = new Restlessness(CALM_AND_CHIN.length - 1);
  #regions: SkinRegion[] = [];
  #background: Int32Array = new Int32Array(0);
  #placed: FaceMesh | null = null;

  get skinPixelCount(): number {
    return this.#regions.reduce((sum, { pixels }) => sum + pixels, 0);
  }

  /** Where the face was when its regions were placed; null when they are not. */
  get placedAt(): Box | null {
    return this.#placed?.box ?? null;
  }

  /**
   * Follows the face.
   *
   * @param shift how far the regions have been moved until now
   * @returns whether they were placed anew: then shifts count from here
   */
  follow(frame: Frame, mesh: FaceMesh, shift: Shift): boolean {
    if (this.#placed === null) {
      this.#place(frame, mesh);
      return true;
    }
    if (displacement(this.#placed, mesh, shift) < FOLLOW_DISTANCE) return false;
    const before = Float64Array.from(this.#measure(frame, shift));
    this.#place(frame, mesh);
    const after = this.#measure(frame, { x: 0, y: 0 });
    for (let i = 0; i < after.length; i++) {
      if (before[i] > MIN_LEVEL && after[i] > MIN_LEVEL) this.#gains[i] *= before[i] / after[i];
    }
    return true;
  }

  /** Forgets the face. */
  reset(): void {
    this.#regions = [];
    this.#background = new Int32Array(0);
    this.#placed = null;
    this.#chin = new Restlessness(CALM_AND_CHIN.length - 1);
    this.#gains.fill(1);
  }

  /** Valid until the next call. */
  sample(frame: Frame, shift: Shift): SkinSample {
    const values = this.#measure(frame, shift);
    const chinMoves = this.#chin.add(
      frame.timeMs,
      CALM_AND_CHIN.map((region) => values[channelIndex(region, 'green')]),
    );
    if (chinMoves) values.fill(0, channelIndex(CHIN, 'red'), channelIndex(CHIN, 'red') + STRIDE);
    for (let i = 0; i < values.length; i++) {
      if (i % STRIDE < COLOURS) values[i] *= this.#gains[i];
    }
    return values;
  }

  #place(frame: Frame, mesh: FaceMesh): void {
    this.#regions = skinRegions(frame, mesh);
    this.#background = backgroundPixels(frame, mesh.box);
    this.#placed = mesh;
  }

  #measure(frame: Frame, shift: Shift): SkinSample {
    const { pixels } = frame;
    this.#values.fill(0);
    this.#regions.forEach((region, index) => {
      const y = meanOfRuns(pixels, lumaPlane(frame), region.luma, shift.x, shift.y);
      const u = meanOfRuns(pixels, chromaPlane(frame, 'u'), region.chroma, shift.x / 2, shift.y / 2);
      const v = meanOfRuns(pixels, chromaPlane(frame, 'v'), region.chroma, shift.x / 2, shift.y / 2);
      if (y !== null && u !== null && v !== null) this.#write(index, y, u, v, region.pixels);
    });
    this.#measureBackground(frame);
    return this.#values;
  }

  #measureBackground({ pixels, width, height }: Frame): void {
    const places = this.#background;
    const count = places.length;
    if (count === 0) return;
    const u = width * height;
    const v = u + u / 4;
    let ySum = 0;
    let uSum = 0;
    let vSum = 0;
    for (let i = 0; i < count; i++) {
      const at = places[i];
      const row = (at / width) | 0;
      const chroma = (row >> 1) * (width >> 1) + ((at - row * width) >> 1);
      ySum += pixels[at];
      uSum += pixels[u + chroma];
      vSum += pixels[v + chroma];
    }
    this.#write(BACKGROUND, ySum / count, uSum / count, vSum / count, count);
  }

  /** Mean luma and chroma as means of red, green and blue: the transform is linear. */
  #write(region: number, y: number, u: number, v: number, count: number): void {
    const at = region * STRIDE;
    const luma = BT601.luma * (y - BLACK);
    this.#values[at] = luma + BT601.redOfV * (v - NEUTRAL);
    this.#values[at + 1] = luma + BT601.greenOfU * (u - NEUTRAL) + BT601.greenOfV * (v - NEUTRAL);
    this.#values[at + 2] = luma + BT601.blueOfU * (u - NEUTRAL);
    this.#values[at + 3] = count;
  }
}

/**
 * Largest movement of an eye corner, the nose or the chin beyond the shift that is known, as a share of the face's
 * width.
 */
export function displacement(from: FaceMesh, to: FaceMesh, shift: Shift = { x: 0, y: 0 }): number {
  let largest = 0;
  for (const point of LANDMARKS) {
    const dx = to.points[2 * point] - from.points[2 * point] - shift.x;
    const dy = to.points[2 * point + 1] - from.points[2 * point + 1] - shift.y;
    largest = Math.max(largest, Math.hypot(dx, dy));
  }
  return largest / from.box.width;
}
/** Outer eye corners, tip of the nose, chin. */
const LANDMARKS = [33, 263, 1, 152];
