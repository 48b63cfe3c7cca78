/**
 * Pictures as encoders take them: a plane of luma, then two of chroma at half size, 8 bits, BT.601 limited range.
 */
export interface Channel {
  /** Weights of red, green and blue in 8-bit full range. */
  weights: readonly [red: number, green: number, blue: number];
  /** Level of a black or colourless pixel. */
  offset: number;
  /** Pixels of the picture, along each side, that one sample stands for. */
  scale: 1 | 2;
}

export const LUMA: Channel = { weights: [0.2568, 0.5041, 0.0979], offset: 16, scale: 1 };
export const BLUE_DIFFERENCE: Channel = { weights: [-0.1482, -0.291, 0.4392], offset: 128, scale: 2 };
export const RED_DIFFERENCE: Channel = { weights: [0.4392, -0.3678, -0.0714], offset: 128, scale: 2 };

/** In the order of their planes. */
export const CHANNELS: readonly Channel[] = [LUMA, BLUE_DIFFERENCE, RED_DIFFERENCE];

/** Bytes of a picture. */
export function i420Size(width: number, height: number): number {
  return (width * height * 3) / 2;
}

/** The planes of a picture as views of its bytes, in the order of {@link CHANNELS}; writing rounds and clamps. */
export function i420Planes(
  picture: Uint8Array<ArrayBuffer>,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer>[] {
  let from = picture.byteOffset;
  return CHANNELS.map(({ scale }) => {
    const length = (width * height) / (scale * scale);
    const plane = new Uint8ClampedArray(picture.buffer, from, length);
    from += length;
    return plane;
  });
}
