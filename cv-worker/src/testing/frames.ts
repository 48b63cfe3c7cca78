import { frameBytes, type Frame } from '../frame.ts';

/** Red, green and blue of a pixel, 0–255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A picture of the given colours; chroma is that of each block's first pixel. */
export function pictureOf(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => Colour,
  timeMs = 0,
): Frame & { pixels: Uint8Array<ArrayBuffer> } {
  const pixels = new Uint8Array(frameBytes(width, height));
  const u = width * height;
  const v = u + u / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = colourAt(x, y);
      pixels[y * width + x] = Math.round(16 + 0.256788 * red + 0.504129 * green + 0.097906 * blue);
      if (x % 2 === 1 || y % 2 === 1) continue;
      const at = (y / 2) * (width / 2) + x / 2;
      pixels[u + at] = Math.round(128 - 0.148223 * red - 0.290993 * green + 0.439216 * blue);
      pixels[v + at] = Math.round(128 + 0.439216 * red - 0.367788 * green - 0.071427 * blue);
    }
  }
  return { timeMs, width, height, pixels, discontinuity: false };
}

/** A picture without colour, of the given luma levels. */
export function lumaPicture(
  width: number,
  height: number,
  lumaAt: (x: number, y: number) => number,
  timeMs = 0,
): Frame {
  const pixels = new Uint8Array(frameBytes(width, height)).fill(128);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels[y * width + x] = Math.round(lumaAt(x, y));
  }
  return { timeMs, width, height, pixels, discontinuity: false };
}
