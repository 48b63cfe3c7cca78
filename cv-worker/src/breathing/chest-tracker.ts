import type { Box } from '../face/box.ts';
import type { Frame } from '../frame.ts';

/** The chest below a face: this many face widths wide, from the chin's distance below it to the depth, face heights. */
const CHEST_WIDTH = 2.2;
const CHEST_FROM = 0.25;
const CHEST_TO = 1.3;
/** Every such pixel, in both directions. */
const STEP = 2;
/** Fewer sampled pixels are no chest. */
const MIN_PIXELS = 200;
/** Mean squared vertical gradient of clothes that have any fold or edge to follow, levels of luma². */
const MIN_TEXTURE = 1.5;
/** First-order matching holds up to about this displacement, pixels; then the reference is taken anew. */
const MAX_DISPLACEMENT = 1.5;
/** The chest's place follows the face when it is off by this share of the face's width. */
const FOLLOW_DISTANCE = 0.15;

/**
 * Vertical movement of the chest by gradient matching against a reference picture (Lucas and Kanade 1981, in one
 * dimension), in pixels. Matching against one picture, not the one before, keeps errors from adding up.
 */
export class ChestTracker {
  #pixels: Int32Array = new Int32Array(0);
  #reference = new Float32Array(0);
  #gradient = new Float32Array(0);
  #gradientPower = 0;
  #placedAt: Box | null = null;
  #offset = 0;
  #last = 0;

  /** Places the chest below the face. */
  follow(frame: Frame, face: Box): void {
    const placed = this.#placedAt;
    if (placed !== null) {
      const moved = Math.hypot(face.x - placed.x, face.y - placed.y);
      if (moved < FOLLOW_DISTANCE * face.width) return;
    }
    this.#placedAt = face;
    this.#pixels = chestPixels(frame, face);
    this.#takeReference(frame);
  }

  /** Displacement downwards since tracking began, pixels; null when no chest with any texture is in the picture. */
  track(frame: Frame): number | null {
    const pixels = this.#pixels;
    if (pixels.length < MIN_PIXELS || this.#gradientPower / pixels.length < MIN_TEXTURE) return null;
    const { pixels: levels } = frame;
    let projection = 0;
    let change = 0;
    let gradient = 0;
    for (let i = 0; i < pixels.length; i++) {
      const difference = levels[pixels[i]] - this.#reference[i];
      projection += difference * this.#gradient[i];
      change += difference;
      gradient += this.#gradient[i];
    }
    // Light that changes all pixels alike must not look like movement.
    const covariance = projection - (change * gradient) / pixels.length;
    const displacement = -covariance / this.#gradientPower;
    this.#last = this.#offset + displacement;
    if (Math.abs(displacement) > MAX_DISPLACEMENT) this.#takeReference(frame);
    return this.#last;
  }

  reset(): void {
    this.#placedAt = null;
    this.#pixels = new Int32Array(0);
    this.#offset = 0;
    this.#last = 0;
  }

  #takeReference(frame: Frame): void {
    const { pixels: levels, width } = frame;
    const pixels = this.#pixels;
    this.#offset = this.#last;
    this.#reference = new Float32Array(pixels.length);
    this.#gradient = new Float32Array(pixels.length);
    let sum = 0;
    let power = 0;
    for (let i = 0; i < pixels.length; i++) {
      const at = pixels[i];
      this.#reference[i] = levels[at];
      const gradient = (levels[at + width] - levels[at - width]) / 2;
      this.#gradient[i] = gradient;
      sum += gradient;
      power += gradient * gradient;
    }
    this.#gradientPower = pixels.length === 0 ? 0 : power - (sum * sum) / pixels.length;
  }
}

/** Indices of luma; the first and last row of the picture have no gradient and are left out. */
function chestPixels(frame: Frame, face: Box): Int32Array {
  const centre = face.x + face.width / 2;
  const chin = face.y + face.height;
  const left = Math.max(0, Math.round(centre - (CHEST_WIDTH / 2) * face.width));
  const right = Math.min(frame.width, Math.round(centre + (CHEST_WIDTH / 2) * face.width));
  const top = Math.max(1, Math.round(chin + CHEST_FROM * face.height));
  const bottom = Math.min(frame.height - 1, Math.round(chin + CHEST_TO * face.height));
  const pixels: number[] = [];
  for (let y = top; y < bottom; y += STEP) {
    for (let x = left; x < right; x += STEP) pixels.push(y * frame.width + x);
  }
  return Int32Array.from(pixels);
}
