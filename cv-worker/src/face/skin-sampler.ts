import { BLACK, BT601, NEUTRAL, type Frame } from '../frame.ts';
import type { FaceMesh } from './facemesh.ts';
import { backgroundPixels, REGION_NAMES, skinRegions, type PixelSet } from './regions.ts';

/** The order of values in a skin sample. */
export const SKIN_CHANNELS = [
  'red',
  'green',
  'blue',
  'foreheadGreen',
  'leftCheekGreen',
  'rightCheekGreen',
  'background',
] as const;
export type SkinChannel = (typeof SKIN_CHANNELS)[number];

/** Regions follow the face when it has moved by this share of its width: less is the mesh's own trembling. */
const FOLLOW_DISTANCE = 0.03;
/** Fewer skin pixels cannot average the camera's noise below the size of a pulse. */
export const MIN_SKIN_PIXELS = 250;

/**
 * Means of the skin regions and the background, frame by frame. When the regions are placed anew, the values are
 * scaled so that they go on without a step: a step of one grey level is as large as the pulse.
 */
export class SkinSampler {
  readonly #values = new Float64Array(SKIN_CHANNELS.length);
  readonly #levels = new Float64Array(SKIN_CHANNELS.length).fill(1);
  #regions: PixelSet[] = [];
  #background: PixelSet = new Int32Array(0);
  #placed: FaceMesh | null = null;

  get skinPixelCount(): number {
    return this.#regions.reduce((sum, region) => sum + region.length, 0);
  }

  get hasBackground(): boolean {
    return this.#background.length > 0;
  }

  /** Follows the face; keeps the values continuous. */
  follow(frame: Frame, mesh: FaceMesh): void {
    if (this.#placed === null) {
      this.#place(frame, mesh);
      return;
    }
    if (displacement(this.#placed, mesh) < FOLLOW_DISTANCE) return;
    const before = Float64Array.from(this.#measure(frame));
    this.#place(frame, mesh);
    const after = this.#measure(frame);
    for (let i = 0; i < after.length; i++) {
      this.#levels[i] *= before[i] > 0 && after[i] > 0 ? before[i] / after[i] : 1;
    }
  }

  /** Forgets the face. */
  reset(): void {
    this.#regions = [];
    this.#background = new Int32Array(0);
    this.#placed = null;
    this.#levels.fill(1);
  }

  /** One value for each of {@link SKIN_CHANNELS}, in grey levels; valid until the next call. */
  sample(frame: Frame): Float64Array {
    const values = this.#measure(frame);
    for (let i = 0; i < values.length; i++) values[i] *= this.#levels[i];
    return values;
  }

  #place(frame: Frame, mesh: FaceMesh): void {
    this.#regions = skinRegions(frame, mesh);
    this.#background = backgroundPixels(frame, mesh.box);
    this.#placed = mesh;
  }

  #measure(frame: Frame): Float64Array {
    const values = this.#values.fill(0);
    let count = 0;
    this.#regions.forEach((region, index) => {
      const [red, green, blue] = meanColour(frame, region);
      values[0] += red * region.length;
      values[1] += green * region.length;
      values[2] += blue * region.length;
      values[3 + index] = green;
      count += region.length;
    });
    if (count > 0) {
      for (let channel = 0; channel < 3; channel++) values[channel] /= count;
    }
    values[3 + REGION_NAMES.length] = meanColour(frame, this.#background)[1];
    return values;
  }
}

/** Mean red, green and blue of the pixels; 0 of none. */
function meanColour({ pixels, width, height }: Frame, places: PixelSet): readonly [number, number, number] {
  const count = places.length;
  if (count === 0) return [0, 0, 0];
  const uPlane = width * height;
  const vPlane = uPlane + uPlane / 4;
  let y = 0;
  let u = 0;
  let v = 0;
  for (let i = 0; i < count; i++) {
    const at = places[i];
    const row = (at / width) | 0;
    const chroma = (row >> 1) * (width >> 1) + ((at - row * width) >> 1);
    y += pixels[at];
    u += pixels[uPlane + chroma];
    v += pixels[vPlane + chroma];
  }
  const luma = BT601.luma * (y / count - BLACK);
  u = u / count - NEUTRAL;
  v = v / count - NEUTRAL;
  return [luma + BT601.redOfV * v, luma + BT601.greenOfU * u + BT601.greenOfV * v, luma + BT601.blueOfU * u];
}

/** Largest movement of an eye corner, the nose or the chin, as a share of the face's width. */
export function displacement(from: FaceMesh, to: FaceMesh): number {
  let largest = 0;
  for (const point of LANDMARKS) {
    const dx = to.points[2 * point] - from.points[2 * point];
    const dy = to.points[2 * point + 1] - from.points[2 * point + 1];
    largest = Math.max(largest, Math.hypot(dx, dy));
  }
  return largest / from.box.width;
}
/** Outer eye corners, tip of the nose, chin. */
const LANDMARKS = [33, 263, 1, 152];
