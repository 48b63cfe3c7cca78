import { MOUTH_Y, PUPIL_X } from './anatomy.ts';
import { bell, mix, smoothstep, srgb, type Colour } from './colour.ts';
import type { Look } from './looks.ts';
import type { SkinTone, Surface } from './materials.ts';
import { valueNoise } from './noise.ts';

const { abs, atan2, cos, hypot, max, min } = Math;

/**
 * The features that are painted on the skin rather than modelled. All lengths in centimetres of the head's own
 * coordinates; the right half is painted and mirrored.
 */

const WHITE_OF_EYE = srgb(222, 216, 210);
const TEAR_DUCT = srgb(196, 140, 132);
const PUPIL = srgb(14, 11, 10);
const LINE = 0.9;

/** Half the width of the opening between the lids. */
const EYE_HALF_WIDTH = 1.5;
const IRIS_RADIUS = 0.6;
const PUPIL_RADIUS = 0.26;
const LIP_HALF_WIDTH = 2.4;

/** Lays an opaque colour without blood over the surface. */
export function cover(surface: Surface, colour: Colour, share: number): void {
  blendIn(surface, colour, share);
  surface.perfusion *= 1 - share;
  surface.shine *= 1 - share;
}

function blendIn(surface: Surface, colour: Colour, share: number): void {
  surface.red = mix(surface.red, colour[0], share);
  surface.green = mix(surface.green, colour[1], share);
  surface.blue = mix(surface.blue, colour[2], share);
}

/** Darkens towards red, as thin shadowed skin does. */
function shade(surface: Surface, share: number): void {
  surface.red *= 1 - 0.82 * share;
  surface.green *= 1 - share;
  surface.blue *= 1 - share;
}

/** Paints whatever of the face is at this point of the skin; `open` is 1 for open lids and 0 for closed ones. */
export function paintFace(
  surface: Surface,
  look: Look,
  tone: SkinTone,
  open: number,
  x: number,
  y: number,
  z: number,
): void {
  if (z < 1 || y < -12 || y > 9) return;
  const side = abs(x);
  paintBlush(surface, tone, side, y);
  paintLines(surface, look.age, side, y);
  paintStubble(surface, look, side, y, z);
  paintBrow(surface, look, side, y);
  if (z < 4) return;
  paintNostril(surface, side, y, z);
  paintLips(surface, look, tone, side, y);
  paintEye(surface, look, open, side, y, x < 0 ? -1 : 1);
}

function paintBlush(surface: Surface, tone: SkinTone, side: number, y: number): void {
  const cheeks = bell(side - 4.2, 1.9) * bell(y + 3.2, 1.8);
  const nose = bell(side, 1.1) * bell(y + 3.3, 1);
  const chin = bell(side, 1.5) * bell(y + 9.6, 1.4);
  const blush = tone.blush * (cheeks + 0.6 * nose + 0.3 * chin);
  surface.red *= 1 + 0.2 * blush;
  surface.green *= 1 - blush;
  surface.blue *= 1 - 0.8 * blush;
}

/** Hollows under the eyes and folds beside the nose in everybody, lines on the forehead with age. */
function paintLines(surface: Surface, age: number, side: number, y: number): void {
  const underEye = (0.14 + 0.1 * age) * bell(side - 2.9, 1.4) * bell(y + 1.05, 0.45);
  const foldX = 2 + 0.34 * (-3.8 - y);
  const fold =
    (0.12 + 0.16 * age) * bell(side - foldX, 0.3) * smoothstep(-3.2, -4, y) * smoothstep(-7, -5.8, y);
  let forehead = 0;
  for (const line of [3.6, 4.6, 5.6]) {
    forehead += bell(y - line - 0.05 * cos(side), 0.1) * smoothstep(4.2, 2.5, side);
  }
  shade(surface, underEye + fold + 0.16 * age * forehead);
}

function paintStubble(surface: Surface, look: Look, side: number, y: number, z: number): void {
  if (look.stubble === 0) return;
  const beard = smoothstep(-3, -5.4, y - 0.1 * side * side + 0.9 * max(0, side - 3));
  const lips = bell(side, 2.1) * bell(y - MOUTH_Y + 0.3, 0.95);
  const grain = 0.7 + 0.6 * valueNoise(side * 7, y * 7, z * 7);
  const share = look.stubble * beard * (1 - min(1, 1.2 * lips)) * grain;
  blendIn(surface, look.brow.colour, share);
  surface.perfusion *= 1 - share;
}

function paintBrow(surface: Surface, look: Look, side: number, y: number): void {
  const along = (side - 1.3) / 3.9;
  if (along < 0 || along > 1 || y < 0.8 || y > 3.2) return;
  const centre = 1.62 + 0.85 * along - 0.95 * along * along;
  const thickness =
    0.4 * (1 - 0.6 * along * along) * smoothstep(0, 0.2, along) * smoothstep(1, 0.7, along) + 0.02;
  const hairs = valueNoise(side * 5 - y * 7, y * 2 + side * 3, 7.5);
  const share = smoothstep(thickness * 1.15, thickness * 0.35, abs(y - centre)) * (0.6 + 0.35 * hairs);
  cover(surface, look.brow.colour, min(1, share * look.brow.weight) * smoothstep(0, 0.15, along));
}

function paintNostril(surface: Surface, side: number, y: number, z: number): void {
  if (z < 6) return;
  shade(surface, 0.8 * bell(side - 0.6, 0.36) * bell(y + 4.1, 0.24));
}

function paintLips(surface: Surface, look: Look, tone: SkinTone, side: number, y: number): void {
  const height = y - MOUTH_Y - look.smile * 0.045 * side * side;
  if (side > 3 || abs(height) > 1.6) return;
  const taper = max(0, 1 - (side / LIP_HALF_WIDTH) ** 2);
  const bow = 1 - 0.26 * bell(side, 0.34);
  const upper = 0.58 * taper ** 0.8 * bow;
  const lower = -0.92 * taper ** 0.75;
  const lips = smoothstep(0.1, -0.07, height - upper) * smoothstep(-0.13, 0.07, height - lower);
  if (taper > 0) {
    blendIn(surface, tone.lip, 0.8 * lips);
    surface.perfusion *= 1 - 0.3 * lips;
  }
  shade(surface, 0.6 * bell(height, 0.1) * smoothstep(2.6, 1.8, side));
}

function paintEye(
  surface: Surface,
  look: Look,
  open: number,
  side: number,
  height: number,
  sign: number,
): void {
  // `across` runs from the inner corner (−) to the outer one (+), which lies a little higher.
  const across = side - PUPIL_X;
  const up = height - 0.02 - 0.06 * across;
  if (abs(across) > 2 || abs(up) > 1.4) return;
  const almond = 1 - (across / EYE_HALF_WIDTH) ** 2;
  const crease = 0.82 * max(0, 1 - (across / 1.8) ** 2) ** 0.6;
  shade(surface, 0.34 * bell(up - crease, 0.1) * smoothstep(1.75, 1.2, abs(across)));
  if (almond <= 0) return;
  const lower = -0.38 * almond;
  const upper = mix(lower + 0.04, 0.5 * almond ** 0.75, open);
  const inside = smoothstep(0.03, -0.03, up - upper) * smoothstep(-0.03, 0.03, up - lower) * open;
  if (inside > 0) paintEyeball(surface, look, across, up, upper, sign, inside);
  const lashes = LINE * bell(up - upper - 0.04, 0.11) * smoothstep(-1.5, -0.7, across);
  const lowerLashes = 0.35 * LINE * bell(up - lower + 0.02, 0.06);
  cover(surface, PUPIL, max(lashes, lowerLashes));
}

function paintEyeball(
  surface: Surface,
  look: Look,
  across: number,
  up: number,
  upper: number,
  sign: number,
  inside: number,
): void {
  const radius = hypot(across, up - 0.04);
  const eyeball: Surface = { ...surface };
  blendIn(eyeball, WHITE_OF_EYE, 1);
  blendIn(eyeball, TEAR_DUCT, 0.8 * bell(across + 1.38, 0.22));
  const iris = smoothstep(IRIS_RADIUS + 0.04, IRIS_RADIUS - 0.04, radius);
  const ring = 1 - 0.6 * smoothstep(0.4, IRIS_RADIUS, radius);
  const fibres = (0.75 + 0.5 * valueNoise(atan2(up, across) * 7, radius * 3, 1.5)) * ring;
  const [red, green, blue] = look.iris;
  blendIn(eyeball, [red * fibres, green * fibres, blue * fibres], iris);
  blendIn(eyeball, PUPIL, smoothstep(PUPIL_RADIUS + 0.03, PUPIL_RADIUS - 0.03, radius));
  // The lid shadows the ball, which also turns away from the light at its corners.
  const lit = 1 - 0.5 * smoothstep(0.4, 0, upper - up) - 0.25 * smoothstep(1, 1.5, abs(across));
  // The window's reflection sits on the same side of both eyes.
  const glint = smoothstep(0.16, 0.09, hypot(across * sign + 0.2, up - 0.24));
  const colour: Colour = [
    eyeball.red * lit + 0.7 * glint,
    eyeball.green * lit + 0.7 * glint,
    eyeball.blue * lit + 0.7 * glint,
  ];
  cover(surface, colour, inside);
}
