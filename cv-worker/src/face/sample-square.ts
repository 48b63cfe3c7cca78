import type { Frame } from '../frame.ts';
import type { Box } from './box.ts';

/**
 * Samples a square of the frame bilinearly into `out` (size × size × 3, R G B), each byte as value · scale + offset.
 * What lies outside of the frame becomes black.
 */
export function sampleSquare(
  frame: Frame,
  square: Box,
  size: number,
  scale: number,
  offset: number,
  out: Float32Array,
): void {
  const { width, height, rgb } = frame;
  const step = square.width / size;
  let target = 0;
  for (let row = 0; row < size; row++) {
    const y = square.y + row * step;
    const inside = y >= 0 && y <= height - 1;
    const top = Math.min(Math.floor(y), height - 2);
    const fy = y - top;
    for (let column = 0; column < size; column++, target += 3) {
      const x = square.x + column * step;
      if (!inside || x < 0 || x > width - 1) {
        out.fill(offset, target, target + 3);
        continue;
      }
      const left = Math.min(Math.floor(x), width - 2);
      const fx = x - left;
      const upper = (top * width + left) * 3;
      const lower = upper + width * 3;
      for (let channel = 0; channel < 3; channel++) {
        const above = rgb[upper + channel] * (1 - fx) + rgb[upper + channel + 3] * fx;
        const below = rgb[lower + channel] * (1 - fx) + rgb[lower + channel + 3] * fx;
        out[target + channel] = (above * (1 - fy) + below * fy) * scale + offset;
      }
    }
  }
}
