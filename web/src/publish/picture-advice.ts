/** A picture as luminance, 0–255, row by row. */
export type LumaPicture = { luma: Uint8ClampedArray; width: number; height: number };

/** Mean luminance below which a face's pulse drowns in sensor noise. */
const DARK = 55;
/** Mean luminance above which skin is likely clipped. */
const BRIGHT = 205;
/** Share of clipped pixels in the middle that counts as overexposed. */
const CLIPPED_SHARE = 0.2;
const CLIPPED_FROM = 250;
/** The surroundings are this much brighter than the middle when light comes from behind. */
const BACKLIGHT_DIFFERENCE = 60;
/** Standard deviation of the whole picture below which nothing can be seen in it. */
const FLAT_DEVIATION = 8;

/** Luminance of RGBA pixels (ITU-R BT.601). */
export function toLuma(rgba: Uint8ClampedArray, width: number, height: number): LumaPicture {
  const luma = new Uint8ClampedArray(width * height);
  for (let pixel = 0; pixel < luma.length; pixel += 1) {
    const offset = pixel * 4;
    luma[pixel] = 0.299 * rgba[offset]! + 0.587 * rgba[offset + 1]! + 0.114 * rgba[offset + 2]!;
  }
  return { luma, width, height };
}

/**
 * What to change about light and framing, most important first; empty when the light is good. It looks at the middle
 * third, where the guide on the preview asks for the face.
 */
export function adviseOnPicture(picture: LumaPicture): string[] {
  const all = describe(picture, () => true);
  const middle = describe(picture, (x, y) => Math.abs(x - 0.5) < 1 / 6 && Math.abs(y - 0.5) < 1 / 4);
  const around = describe(picture, (x, y) => Math.abs(x - 0.5) > 1 / 3 || y < 1 / 6);
  if (all.deviation < FLAT_DEVIATION) {
    return ['Nothing can be made out. Uncover and clean the lens, or switch a light on.'];
  }
  const advice: string[] = [];
  if (around.mean - middle.mean > BACKLIGHT_DIFFERENCE) {
    advice.push('Light comes from behind. Turn the camera away from the window or lamp.');
  }
  if (middle.mean < DARK) advice.push('The face is too dark. Add steady light from the front.');
  if (middle.mean > BRIGHT || middle.clipped > CLIPPED_SHARE) {
    advice.push('The face is too bright. Dim or move the lamp.');
  }
  return advice;
}

type Region = { mean: number; deviation: number; clipped: number };

function describe({ luma, width, height }: LumaPicture, within: (x: number, y: number) => boolean): Region {
  let count = 0;
  let sum = 0;
  let squares = 0;
  let clipped = 0;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (!within((column + 0.5) / width, (row + 0.5) / height)) continue;
      const value = luma[row * width + column]!;
      count += 1;
      sum += value;
      squares += value * value;
      if (value >= CLIPPED_FROM) clipped += 1;
    }
  }
  if (count === 0) return { mean: 0, deviation: 0, clipped: 0 };
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)), clipped: clipped / count };
}
