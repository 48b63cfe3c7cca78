import { mix, smoothstep, srgb, type Colour } from './colour.ts';
import { cover, paintFace } from './face.ts';
import { BLANKET, GOWN, HAIR, type Figure, type Material } from './geometry.ts';
import type { Look } from './looks.ts';
import { valueNoise } from './noise.ts';

const { abs, atan2, exp, floor, hypot, min, round } = Math;

/** What light meets at one point: colour, shine, and how much blood answers the heart there. */
export interface Surface {
  red: number;
  green: number;
  blue: number;
  /** Strength and sharpness (Blinn–Phong exponent) of the reflection. */
  shine: number;
  gloss: number;
  /** How far light bleeds past the edge of shadow: 0 for cloth, 1 for skin. */
  scatter: number;
  /** Pulse amplitude against well perfused skin. */
  perfusion: number;
}

/** Monk Skin Tone scale (Monk 2019, skintone.google), lightest first. */
const MONK_TONES: readonly Colour[] = [
  srgb(246, 237, 228),
  srgb(243, 231, 219),
  srgb(247, 234, 208),
  srgb(234, 218, 186),
  srgb(215, 189, 150),
  srgb(160, 126, 86),
  srgb(130, 92, 67),
  srgb(96, 65, 52),
  srgb(58, 49, 42),
  srgb(41, 36, 32),
];

const BLANKET_COLOUR = srgb(150, 172, 186);

/** Colours of one person's skin. */
export interface SkinTone {
  skin: Colour;
  lip: Colour;
  /** How much the cheeks and the nose are redder. */
  blush: number;
  shine: number;
}

/** The swatches of the scale are flat paint; blood under living skin takes some blue and green from them. */
const BLOOD: Colour = [0.95, 0.73, 0.67];
/** Melanin hides most of that. */
const BLOOD_UNDER_DARKEST = 0.45;

/** Skin of a tone 1 (lightest) to 10. */
export function skinTone(tone: number): SkinTone {
  const swatch = MONK_TONES[tone - 1];
  const darkness = (tone - 1) / (MONK_TONES.length - 1);
  const blood = mix(1, BLOOD_UNDER_DARKEST, darkness);
  const tinted = (channel: 0 | 1 | 2): number => swatch[channel] * mix(1, BLOOD[channel], blood);
  const skin: Colour = [tinted(0), tinted(1), tinted(2)];
  return {
    skin,
    lip: [skin[0] * 0.74, skin[1] * mix(0.44, 0.6, darkness), skin[2] * mix(0.5, 0.62, darkness)],
    blush: mix(0.13, 0.05, darkness),
    shine: mix(0.07, 0.12, darkness),
  };
}

/** Fills {@link Surface} for points of a figure. */
export class Materials {
  readonly #figure: Figure;
  readonly #look: Look;
  readonly #tone: SkinTone;
  /** Of the eyelids: 1 open, 0 closed. */
  readonly #open: number;

  constructor(figure: Figure, look: Look, tone: SkinTone, open: number) {
    this.#figure = figure;
    this.#look = look;
    this.#tone = tone;
    this.#open = open;
  }

  /** The surface at a point in space, centimetres. */
  fill(surface: Surface, material: Material, x: number, y: number, z: number): void {
    const headX = this.#figure.headX(x, z);
    const headZ = this.#figure.headZ(x, z);
    if (material === HAIR) this.#fillHair(surface, headX, y, headZ);
    else if (material === GOWN) this.#fillGown(surface, x, y, z);
    else if (material === BLANKET) fillBlanket(surface, x, y, z);
    else this.#fillSkin(surface, headX, y, headZ);
  }

  #fillHair(surface: Surface, x: number, y: number, z: number): void {
    const { colour, curl } = this.#look.hair;
    const angle = atan2(x - 1.2 + 0.1 * y, z + 4);
    const strands = valueNoise(angle * 32, y * 0.35, 1.5) * 0.6 + valueNoise(angle * 85, y * 0.7, 4.5) * 0.4;
    const curls = valueNoise(x * 2.6, y * 2.6, z * 2.6);
    const tint = 0.6 + 0.8 * mix(strands, curls, min(1, curl));
    paint(surface, colour, tint);
    surface.shine = 0.1 * strands * (1 - 0.7 * min(1, curl));
    surface.gloss = 10;
    surface.scatter = 0.6;
    surface.perfusion = 0;
  }

  /** Hospital cotton with a small printed pattern. */
  #fillGown(surface: Surface, x: number, y: number, z: number): void {
    const weave = 0.95 + 0.1 * valueNoise(x * 6, y * 6, z * 6);
    const dotX = x / 1.3 + (floor(y / 1.1) % 2) * 0.5;
    const dot = hypot(dotX - round(dotX), (y / 1.1 - floor(y / 1.1) - 0.5) * 0.85);
    paint(surface, this.#look.gown, weave * mix(0.62, 1, smoothstep(0.1, 0.2, dot)));
    surface.shine = 0;
    surface.gloss = 1;
    surface.scatter = 0.15;
    surface.perfusion = 0;
  }

  #fillSkin(surface: Surface, x: number, y: number, z: number): void {
    const { skin, shine } = this.#tone;
    const mottle = valueNoise(x * 0.9 + 3, y * 0.9, z * 0.9) - 0.5;
    const pores = valueNoise(x * 5, y * 5, z * 5) - 0.5;
    paint(surface, skin, 1 + 0.07 * mottle + 0.04 * pores);
    surface.green *= 1 - 0.04 * mottle;
    surface.shine = shine;
    surface.gloss = 16;
    surface.scatter = 1;
    surface.perfusion = perfusionAt(x, y);
    this.#paintHairline(surface, x, y, z);
    paintFace(surface, this.#look, this.#tone, this.#open, x, y, z);
  }

  /** Hair thins out into the skin instead of ending at a seam. */
  #paintHairline(surface: Surface, x: number, y: number, z: number): void {
    if (y < -3) return;
    const distance = this.#figure.hairDistance(x, y, z);
    if (distance > 0.8) return;
    const roots = valueNoise(atan2(x, y + 3) * 55, y * 0.7, z * 0.5);
    const share = smoothstep(0.6, 0, distance) * min(1, 0.15 + roots) * 0.8;
    cover(surface, this.#look.hair.colour, share);
  }
}

/** Knitted cotton: nothing in it answers the heart. */
function fillBlanket(surface: Surface, x: number, y: number, z: number): void {
  paint(surface, BLANKET_COLOUR, 0.93 + 0.14 * valueNoise(x * 2.2, y * 2.2, z * 2.2));
  surface.shine = 0;
  surface.gloss = 1;
  surface.scatter = 0.15;
  surface.perfusion = 0;
}

/** Forehead and cheeks have most blood near the surface, the neck little (Verkruysse 2008; Kumar 2015). */
function perfusionAt(x: number, y: number): number {
  if (y < -11.5) return 0.45;
  const cheeks = 0.3 * exp(-((abs(x) - 3.8) ** 2 + (y + 3) ** 2) / 8);
  const forehead = 0.25 * exp(-(x * x) / 20 - (y - 5) ** 2 / 6);
  return 0.85 + cheeks + forehead;
}

function paint(surface: Surface, colour: Colour, tint: number): void {
  surface.red = colour[0] * tint;
  surface.green = colour[1] * tint;
  surface.blue = colour[2] * tint;
}
