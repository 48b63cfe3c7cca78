const { PI, cos, hypot, sin } = Math;

/** What the tests measure in pictures of the synthetic patient. */

interface Rgb {
  red: number;
  green: number;
  blue: number;
}

export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Red, green and blue, not rounded, of a pixel of an I420 picture (BT.601 limited range). */
function pixel(picture: Uint8Array, width: number, height: number, x: number, y: number): Rgb {
  const sample = width * height + (y >> 1) * (width / 2) + (x >> 1);
  const luma = 1.1644 * (picture[y * width + x] - 16);
  const blueDifference = picture[sample] - 128;
  const redDifference = picture[sample + (width * height) / 4] - 128;
  return {
    red: luma + 1.596 * redDifference,
    green: luma - 0.3918 * blueDifference - 0.813 * redDifference,
    blue: luma + 2.0172 * blueDifference,
  };
}

/** Mean green of a region of an I420 picture, 8-bit levels. */
export function meanGreen(picture: Uint8Array, width: number, height: number, region: Region): number {
  let sum = 0;
  for (let y = region.y; y < region.y + region.height; y++) {
    for (let x = region.x; x < region.x + region.width; x++) sum += pixel(picture, width, height, x, y).green;
  }
  return sum / (region.width * region.height);
}

/** Amplitude of a sine of a frequency in evenly spaced samples, through a Hann window. */
export function amplitudeAt(samples: readonly number[], fps: number, hertz: number): number {
  const count = samples.length;
  const mean = samples.reduce((sum, value) => sum + value, 0) / count;
  let real = 0;
  let imaginary = 0;
  samples.forEach((value, index) => {
    const window = 1 - cos((2 * PI * (index + 0.5)) / count);
    const angle = (2 * PI * hertz * index) / fps;
    real += window * (value - mean) * cos(angle);
    imaginary += window * (value - mean) * sin(angle);
  });
  return (2 * hypot(real, imaginary)) / count;
}

/** The strongest rate from 36 to 240 a minute. */
export function strongestRate(samples: readonly number[], fps: number): number {
  let best = 0;
  let strongest = -1;
  for (let rate = 36; rate <= 240; rate += 0.5) {
    const amplitude = amplitudeAt(samples, fps, rate / 60);
    if (amplitude > strongest) {
      strongest = amplitude;
      best = rate;
    }
  }
  return best;
}
