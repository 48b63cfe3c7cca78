import { mix, type Colour } from './colour.ts';
import type { Surface } from './materials.ts';
import type { LightName } from './parameters.ts';

const { hypot, max, sqrt } = Math;

export interface Vector {
  x: number;
  y: number;
  z: number;
}

/** The light in a room: one lamp that casts shadows, one that fills them, and what ceiling and bed reflect. */
export interface Lighting {
  /** Directions to the lamps, unit vectors. */
  key: Vector;
  fill: Vector;
  keyColour: Colour;
  fillColour: Colour;
  ceiling: Colour;
  floor: Colour;
  /** Linear gain of the camera. */
  exposure: number;
}

function direction(x: number, y: number, z: number): Vector {
  const length = hypot(x, y, z);
  return { x: x / length, y: y / length, z: z / length };
}

export const LIGHTING: Readonly<Record<LightName, Lighting>> = {
  office: {
    key: direction(-0.45, 0.6, 0.7),
    fill: direction(0.75, 0.15, 0.65),
    keyColour: [1.36, 1.32, 1.25],
    fillColour: [0.46, 0.48, 0.52],
    ceiling: [0.36, 0.37, 0.38],
    floor: [0.22, 0.2, 0.19],
    exposure: 0.62,
  },
  side: {
    key: direction(-0.85, 0.3, 0.45),
    fill: direction(0.75, 0.1, 0.65),
    keyColour: [1.75, 1.66, 1.52],
    fillColour: [0.2, 0.22, 0.26],
    ceiling: [0.22, 0.23, 0.26],
    floor: [0.14, 0.13, 0.13],
    exposure: 0.62,
  },
  dim: {
    key: direction(-0.45, 0.55, 0.7),
    fill: direction(0.75, 0.15, 0.65),
    keyColour: [1.45, 1.32, 1.12],
    fillColour: [0.42, 0.42, 0.45],
    ceiling: [0.3, 0.3, 0.31],
    floor: [0.18, 0.16, 0.15],
    exposure: 0.22,
  },
};

/** Red light travels farther under the skin than green and blue, so that edges of shadow are warm. */
const BLEED: Colour = [0.42, 0.26, 0.18];

/** What a surface meets besides the lamps. */
export interface Exposure {
  normal: Vector;
  /** Unit vector from the camera to the point. */
  view: Vector;
  /** Share of the key lamp that reaches it, 0 to 1. */
  lit: number;
  /** Share of the room that it sees, 0 to 1. */
  openness: number;
}

/** Brightness of a lamp at an angle, softened past the edge by `bleed` (wrapped Lambert, Green 2004). */
function diffuse(cosine: number, bleed: number): number {
  return max(0, (cosine + bleed) / (1 + bleed));
}

function dot(a: Vector, b: Vector): number {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

/** Blinn–Phong reflection of a lamp. */
function reflection(light: Vector, { normal, view }: Exposure, gloss: number): number {
  const x = light.x - view.x;
  const y = light.y - view.y;
  const z = light.z - view.z;
  const cosine = (normal.x * x + normal.y * y + normal.z * z) / sqrt(x * x + y * y + z * z);
  return max(0, cosine) ** gloss;
}

/** Turns a surface's colour into the linear light that the camera receives; the shine carries no pulse. */
export function illuminate(surface: Surface, lighting: Lighting, at: Exposure): void {
  const { key, fill, keyColour, fillColour, ceiling, floor, exposure } = lighting;
  const toKey = dot(at.normal, key);
  const toFill = dot(at.normal, fill);
  const upward = 0.5 + 0.5 * at.normal.y;
  const light = (channel: 0 | 1 | 2): number => {
    const bleed = BLEED[channel] * surface.scatter;
    const open = at.openness ** (1 - 0.6 * bleed);
    return (
      keyColour[channel] * diffuse(toKey, bleed) * mix(at.lit, 1, 0.35 * bleed) +
      fillColour[channel] * diffuse(toFill, bleed) * (0.4 + 0.6 * open) +
      mix(floor[channel], ceiling[channel], upward) * open
    );
  };
  const shine =
    surface.shine *
    (reflection(key, at, surface.gloss) * keyColour[1] * at.lit +
      reflection(fill, at, surface.gloss) * fillColour[1]);
  const body = surface.green * light(1);
  surface.perfusion *= body / (body + shine + 1e-6);
  surface.red = exposure * (surface.red * light(0) + shine);
  surface.green = exposure * (body + shine);
  surface.blue = exposure * (surface.blue * light(2) + shine);
}
