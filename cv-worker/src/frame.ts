/** One decoded picture of a stream: I420, BT.601, limited range (luma 16–235), as video codecs carry it. */
export type Frame = {
  /** Capture time in ms, never going back within a stream. Differences matter; the origin does not. */
  timeMs: number;
  /** Even, as is the height. */
  width: number;
  height: number;
  /** Y row by row, then U and V at half the width and height: see {@link frameBytes}. */
  pixels: Uint8Array;
  /** True for the first picture after a gap in decoding or a change of layer or crop. */
  discontinuity: boolean;
  /** Which part of the camera's picture this is; all of it when absent. */
  crop?: Crop;
};

/** A part of the camera's picture: its left and top, and its width and height, in shares of the whole's. */
export type Crop = { readonly x: number; readonly y: number; readonly scale: number };

/** Size of a picture's pixels. */
export function frameBytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}

/** Levels of black and of colour without any. */
export const BLACK = 16;
export const NEUTRAL = 128;

/**
 * ITU-R BT.601, limited range: red, green and blue (0–255) are linear in luma and chroma, so that means of the one are
 * means of the other.
 */
export const BT601 = {
  luma: 255 / 219,
  redOfV: 1.596027,
  greenOfU: -0.391762,
  greenOfV: -0.812968,
  blueOfU: 2.017232,
} as const;

/** A plane within the picture's pixels. */
export type Plane = { start: number; width: number; height: number };

export function lumaPlane({ width, height }: Frame): Plane {
  return { start: 0, width, height };
}

export function chromaPlane({ width, height }: Frame, channel: 'u' | 'v'): Plane {
  const luma = width * height;
  return { start: channel === 'u' ? luma : luma + luma / 4, width: width / 2, height: height / 2 };
}
