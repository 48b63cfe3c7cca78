import type { Box } from '../face/box.ts';
import type { Frame } from '../frame.ts';

/** Fewer sampled pixels follow nothing. */
const MIN_PIXELS = 60;
/** Mean squared vertical gradient of cloth that has any fold or edge to follow, grey levels². */
const MIN_TEXTURE = 2;
/** First-order matching holds up to about this displacement, pixels; then the reference is taken anew. */
const MAX_DISPLACEMENT = 1.5;

/**
 * Vertical movement of one patch by gradient matching against a reference picture (Lucas and Kanade 1981, in one
 * dimension). Matching against one picture, not the one before, keeps errors from adding up.
 */
export class PatchTracker {
  readonly #maxPixels: number;
  readonly #pixels: Int32Array;
  readonly #reference: Float32Array;
  readonly #gradient: Float32Array;
  #count = 0;
  #gradientSum = 0;
  #gradientPower = 0;
  #offset = 0;
  #last = 0;

  /** @param maxPixels sampled in each picture, evenly over the patch */
  constructor(maxPixels: number) {
    this.#maxPixels = maxPixels;
    this.#pixels = new Int32Array(maxPixels);
    this.#reference = new Float32Array(maxPixels);
    this.#gradient = new Float32Array(maxPixels);
  }

  /** Puts the patch here; its displacement goes on from where it was. The part outside the picture is left out. */
  place(frame: Frame, patch: Box): void {
    const left = Math.max(0, Math.round(patch.x));
    const right = Math.min(frame.width, Math.round(patch.x + patch.width));
    // The first and the last row have no gradient.
    const top = Math.max(1, Math.round(patch.y));
    const bottom = Math.min(frame.height - 1, Math.round(patch.y + patch.height));
    const width = Math.max(0, right - left);
    const height = Math.max(0, bottom - top);
    const step = stepFor(width, height, this.#maxPixels);
    this.#count = 0;
    for (let y = top; y < bottom; y += step) {
      for (let x = left; x < right; x += step) this.#pixels[this.#count++] = y * frame.width + x;
    }
    this.#takeReference(frame);
  }

  /** Displacement downwards since tracking began, pixels; null when there is no texture to follow. */
  track(frame: Frame): number | null {
    const count = this.#count;
    if (count < MIN_PIXELS || this.#gradientPower / count < MIN_TEXTURE) return null;
    const { pixels } = frame;
    let projection = 0;
    let change = 0;
    for (let i = 0; i < count; i++) {
      const difference = pixels[this.#pixels[i]] - this.#reference[i];
      projection += difference * this.#gradient[i];
      change += difference;
    }
    // Light that changes all pixels alike must not look like movement.
    const displacement = -(projection - (change * this.#gradientSum) / count) / this.#gradientPower;
    this.#last = this.#offset + displacement;
    if (Math.abs(displacement) > MAX_DISPLACEMENT) this.#takeReference(frame);
    return this.#last;
  }

  reset(): void {
    this.#count = 0;
    this.#offset = 0;
    this.#last = 0;
  }

  #takeReference({ pixels, width }: Frame): void {
    this.#offset = this.#last;
    let sum = 0;
    let power = 0;
    for (let i = 0; i < this.#count; i++) {
      const at = this.#pixels[i];
      const gradient = (pixels[at + width] - pixels[at - width]) / 2;
      this.#reference[i] = pixels[at];
      this.#gradient[i] = gradient;
      sum += gradient;
      power += gradient * gradient;
    }
    this.#gradientSum = sum;
    this.#gradientPower = this.#count === 0 ? 0 : power - (sum * sum) / this.#count;
  }
}

/** Smallest step in both directions with which no more than `maxPixels` are sampled. */
function stepFor(width: number, height: number, maxPixels: number): number {
  let step = Math.max(1, Math.floor(Math.sqrt((width * height) / maxPixels)));
  while (Math.ceil(width / step) * Math.ceil(height / step) > maxPixels) step++;
  return step;
}
