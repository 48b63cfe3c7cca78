import { mix, smoothstep, srgb, type Colour } from './colour.ts';
import type { Lighting } from './lighting.ts';
import { valueNoise } from './noise.ts';

const { abs, cos, max, min } = Math;

/** The room behind the patient, out of focus: wall, rail with sockets, headboard, and the pillow. */

const WALL = srgb(196, 204, 200);
const WALL_BELOW_RAIL = srgb(168, 184, 184);
const RAIL = srgb(222, 222, 216);
const SOCKET = srgb(120, 128, 132);
const HEADBOARD = srgb(170, 138, 104);
const PILLOW = srgb(232, 232, 230);
const SHEET = srgb(214, 220, 226);

/** A soft rectangle in units of half the picture's height. */
function box(u: number, v: number, [left, top, right, bottom]: readonly number[], blur: number): number {
  return (
    smoothstep(left - blur, left + blur, u) *
    smoothstep(right + blur, right - blur, u) *
    smoothstep(top - blur, top + blur, v) *
    smoothstep(bottom + blur, bottom - blur, v)
  );
}

/** Height of the pillow's surface over its edge, 0 outside to 1 in the middle. */
function pillowHeight(u: number, v: number): number {
  const x = abs(u / 0.98);
  const y = abs((v - 0.18) / 0.72);
  return 1 - (x ** 3.4 + y ** 3.4) ** (1 / 3.4);
}

const FLOOR = srgb(150, 146, 140);
/** Half the width of a bed, in half heights of a picture that the face half fills; near by, less of it is seen. */
const BED_HALF_WIDTH = 2.5;
const NEAR_HALF_WIDTH = 1.22;
/** Beyond this a lamp's light has become even. */
const FALLOFF_REACH = 2;

/**
 * Linear light at `u` to the right and `v` downwards from the middle of a picture that the face half fills, in half
 * heights of it.
 *
 * @param wide the whole bed is in the picture
 */
export function backdropAt(u: number, v: number, lighting: Lighting, wide: boolean): Colour {
  const clampedV = max(-FALLOFF_REACH, min(FALLOFF_REACH, v));
  const clampedU = max(-FALLOFF_REACH, min(FALLOFF_REACH, u));
  const falloff = 0.62 - 0.08 * clampedV - 0.07 * clampedU;
  const halfWidth = wide ? BED_HALF_WIDTH : NEAR_HALF_WIDTH;
  let colour: Colour = WALL;
  const lay = (over: Colour, share: number, tint = 1): void => {
    colour = [
      mix(colour[0], over[0] * tint, share),
      mix(colour[1], over[1] * tint, share),
      mix(colour[2], over[2] * tint, share),
    ];
  };
  lay(WALL_BELOW_RAIL, smoothstep(-0.6, -0.56, v));
  if (wide) lay(FLOOR, smoothstep(3.9, 4, v));
  lay(RAIL, box(u, v, [-20, -0.72, 20, -0.58], 0.02), 0.95);
  for (const x of [-1.12, -0.94, 0.98]) lay(SOCKET, box(u, v, [x, -0.69, x + 0.1, -0.61], 0.02));
  lay(
    HEADBOARD,
    box(u, v, [-halfWidth, -0.28, halfWidth, wide ? 6 : 2], 0.03),
    1 - 0.25 * smoothstep(-0.1, 0.7, v),
  );
  lay(HEADBOARD, box(u, v, [-halfWidth, -0.28, halfWidth, -0.2], 0.03), 1.15);
  const mattress = wide ? smoothstep(halfWidth, halfWidth - 0.1, abs(u)) : 1;
  lay(SHEET, mattress * smoothstep(0.62, 0.7, v + 0.06 * cos(2 * u)), 0.85);
  const height = pillowHeight(u, v);
  const creases = valueNoise(u * 4 + 3 * v, v * 3, 3.5) - 0.5;
  const shading = 0.78 + 0.3 * smoothstep(0, 0.45, height) - 0.1 * clampedU - 0.06 * clampedV + 0.1 * creases;
  lay(PILLOW, smoothstep(-0.01, 0.03, height), shading);
  const light = (channel: 0 | 1 | 2): number => {
    const ambient =
      lighting.ceiling[channel] + 0.35 * lighting.keyColour[channel] + 0.5 * lighting.fillColour[channel];
    return colour[channel] * ambient * lighting.exposure * (0.4 + falloff);
  };
  return [light(0), light(1), light(2)];
}
