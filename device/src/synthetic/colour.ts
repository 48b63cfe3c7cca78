const { exp, max, min } = Math;

/** Linear light, 1 for white. */
export type Colour = readonly [red: number, green: number, blue: number];

function linear(level: number): number {
  const share = level / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Linear light of an sRGB colour given in 8-bit levels (IEC 61966-2-1). */
export function srgb(red: number, green: number, blue: number): Colour {
  return [linear(red), linear(green), linear(blue)];
}

/** Where the tone curve begins to bend, so that highlights fade instead of clipping. */
const SHOULDER = 0.6;

/** The 8-bit level, not rounded, that a camera gives for linear light: a soft shoulder, then the sRGB curve. */
export function encode(light: number): number {
  const rolled =
    light < SHOULDER ? max(0, light) : 1 - (1 - SHOULDER) * exp(-(light - SHOULDER) / (1 - SHOULDER));
  return 255 * (rolled <= 0.0031308 ? 12.92 * rolled : 1.055 * rolled ** (1 / 2.4) - 0.055);
}

export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** 0 up to `from`, 1 beyond `to`, smooth between; `from` may be the greater one. */
export function smoothstep(from: number, to: number, value: number): number {
  const share = min(1, max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

/** A bell of height 1 about 0, one `width` wide at 1/e. */
export function bell(distance: number, width: number): number {
  return exp(-((distance / width) ** 2));
}
