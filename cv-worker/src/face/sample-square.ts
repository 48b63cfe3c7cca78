import { BLACK, BT601, NEUTRAL, type Frame } from '../frame.ts';
import type { Box } from './box.ts';

const { floor, min, max } = Math;

/**
 * Samples a square of the frame bilinearly into `out` (size × size × 3: red, green, blue of 0–255), each number as
 * value · scale + offset. What lies outside of the frame becomes black.
 */
export function sampleSquare(
  frame: Frame,
  square: Box,
  size: number,
  scale: number,
  offset: number,
  out: Float32Array,
): void {
  const { width, height, pixels } = frame;
  const chromaWidth = width / 2;
  const chromaHeight = height / 2;
  const uPlane = width * height;
  const vPlane = uPlane + chromaWidth * chromaHeight;
  const step = square.width / size;
  let target = 0;
  for (let row = 0; row < size; row++) {
    const y = square.y + row * step;
    const inside = y >= 0 && y <= height - 1;
    const top = min(floor(y), height - 2);
    const fy = y - top;
    // Chroma lies between two rows of luma and on the even columns (MPEG-2 siting).
    const chromaY = max(0, min((y - 0.5) / 2, chromaHeight - 1));
    const chromaTop = min(floor(chromaY), chromaHeight - 2);
    const cy = chromaY - chromaTop;
    for (let column = 0; column < size; column++, target += 3) {
      const x = square.x + column * step;
      if (!inside || x < 0 || x > width - 1) {
        out.fill(offset, target, target + 3);
        continue;
      }
      const left = min(floor(x), width - 2);
      const luma = BT601.luma * (between(pixels, top * width + left, width, x - left, fy) - BLACK);
      const chromaX = min(x / 2, chromaWidth - 1);
      const chromaLeft = min(floor(chromaX), chromaWidth - 2);
      const cx = chromaX - chromaLeft;
      const chroma = chromaTop * chromaWidth + chromaLeft;
      const u = between(pixels, uPlane + chroma, chromaWidth, cx, cy) - NEUTRAL;
      const v = between(pixels, vPlane + chroma, chromaWidth, cx, cy) - NEUTRAL;
      out[target] = level(luma + BT601.redOfV * v) * scale + offset;
      out[target + 1] = level(luma + BT601.greenOfU * u + BT601.greenOfV * v) * scale + offset;
      out[target + 2] = level(luma + BT601.blueOfU * u) * scale + offset;
    }
  }
}

/** Bilinear between the plane's pixel at the index and its neighbours to the right and below. */
function between(plane: Uint8Array, at: number, stride: number, fx: number, fy: number): number {
  const above = plane[at] * (1 - fx) + plane[at + 1] * fx;
  const below = plane[at + stride] * (1 - fx) + plane[at + stride + 1] * fx;
  return above * (1 - fy) + below * fy;
}

function level(value: number): number {
  return max(0, min(255, value));
}
