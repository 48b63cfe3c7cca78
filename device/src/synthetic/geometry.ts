import { BLANKET_BLOBS, FACE, EAR, TORSO, hairOf } from './anatomy.ts';
import { blend, Blobs, carve } from './blobs.ts';
import type { Look } from './looks.ts';
import { valueNoise } from './noise.ts';

/**
 * Names of this module, here and in the others that compute every pixel: in another realm, such as a test runner's,
 * each look at a global costs more than the arithmetic.
 */
const { atan2, cos, min, sin, sqrt } = Math;

/**
 * Signed distances (centimetres, negative inside) to a head with hair and a gowned body, as blended ellipsoids: a
 * point in space is asked how far the nearest surface is (Hart 1996, sphere tracing). Axes: x to the right of the
 * picture, y up, z towards the camera; the origin lies between the eyes, under the skin.
 */

export const SKIN = 1;
export const HAIR = 2;
export const GOWN = 3;
export const BLANKET = 4;
export type Material = typeof SKIN | typeof HAIR | typeof GOWN | typeof BLANKET;

/** The joint about which the head turns: the top of the neck. */
const ATLAS = { y: -7, z: -2 };

/** Beyond this distance the exact shape of the head matters neither for a step nor for the softest shadow. */
const FAR = 3;

/** Above this height the head is always nearer than the shoulders. */
const SHOULDERS_MATTER_BELOW = 1;

/** Above this height there is no blanket. */
const BLANKET_BELOW = -18;

/**
 * The shape of one person, with the head turned by `yaw` radians (positive: to the right of the picture), and of the
 * blanket over whoever is `inBed`.
 */
export class Figure {
  readonly #look: Look;
  readonly #cos: number;
  readonly #sin: number;
  readonly #face: Blobs;
  readonly #ear = new Blobs(EAR);
  readonly #torso = new Blobs(TORSO);
  readonly #blanket = new Blobs(BLANKET_BLOBS);
  readonly #inBed: boolean;
  readonly #hair: Blobs;
  readonly #hairReach: number;
  #material: Material = SKIN;

  constructor(look: Look, yaw: number, inBed = false) {
    this.#look = look;
    this.#inBed = inBed;
    this.#cos = cos(yaw);
    this.#sin = sin(yaw);
    const { jaw, cheeks, nose } = look.proportions;
    const widths: Readonly<Record<string, number>> = { jaw, cheeks, nose };
    this.#face = new Blobs(
      FACE.map((blob) => {
        const width = widths[blob.name ?? ''] ?? 1;
        return { ...blob, radii: [blob.radii[0] * width, blob.radii[1], blob.radii[2]] };
      }),
    );
    const hair = hairOf(look.hair.style);
    this.#hair = new Blobs(hair.blobs);
    this.#hairReach = hair.reach;
  }

  /** What the point last given to {@link distance} is nearest to. */
  get material(): Material {
    return this.#material;
  }

  headX(x: number, z: number): number {
    return this.#cos * x - this.#sin * (z - ATLAS.z);
  }

  headZ(x: number, z: number): number {
    return this.#sin * x + this.#cos * (z - ATLAS.z) + ATLAS.z;
  }

  /** Where a point of the head is in space: x and z; y stays. */
  worldOf(x: number, z: number): { x: number; z: number } {
    const depth = z - ATLAS.z;
    return { x: this.#cos * x + this.#sin * depth, z: this.#cos * depth - this.#sin * x + ATLAS.z };
  }

  /** Distance to the nearest surface, never more than is safe to step. */
  distance(x: number, y: number, z: number): number {
    const hx = this.headX(x, z);
    const hz = this.headZ(x, z);
    const reach = sqrt(hx * hx + (y - 0.5) ** 2 + (hz + 1.2) ** 2) - this.#hairReach;
    let skin = reach;
    let hair = reach;
    if (reach < FAR) {
      skin = this.#headDistance(hx, y, hz);
      hair = this.hairDistance(hx, y, hz);
    }
    let gown = 1e3;
    if (y < SHOULDERS_MATTER_BELOW) {
      const torso = this.#torso.distance(x, y, z, 1e3);
      gown = this.#gownDistance(x, y, z, torso);
      skin = blend(skin, torso, 1.6);
    }
    const blanket = this.#inBed && y < BLANKET_BELOW ? this.#blanketDistance(x, y, z) : 1e3;
    this.#material = hair < skin ? (hair < gown ? HAIR : GOWN) : skin < gown ? SKIN : GOWN;
    const body = min(skin, hair, gown);
    if (blanket < body) this.#material = BLANKET;
    return min(body, blanket);
  }

  /** Distance to the hair in coordinates of the head. */
  hairDistance(x: number, y: number, z: number): number {
    if (this.#look.hair.style === 'bald') return 1e3;
    const distance = this.#hair.distance(x, y, z, 1e3);
    const detail = 1 - distance;
    if (detail <= 0) return distance;
    const { curl, strands } = this.#look.hair;
    const angle = atan2(x - 1.2, z + 4);
    const locks =
      valueNoise(angle * 9, y * 0.25, 2.5) - 0.5 + 0.5 * (valueNoise(angle * 24, y * 0.4, 7.5) - 0.5);
    const curls = valueNoise(x * 1.6, y * 1.6, z * 1.6) - 0.5;
    return distance - min(1, detail) * (strands * locks + curl * curls);
  }

  #headDistance(x: number, y: number, z: number): number {
    return blend(this.#face.distance(x, y, z, 1e3), this.#ear.distance(x, y, z, 1e3), 0.5);
  }

  #blanketDistance(x: number, y: number, z: number): number {
    const distance = this.#blanket.distance(x, y, z, 1e3);
    const detail = 1.5 - distance;
    if (detail <= 0) return distance;
    return distance - min(1, detail) * 1.2 * (valueNoise(x * 0.11, y * 0.07, z * 0.1) - 0.5);
  }

  /** A loose shell about the torso with a V-shaped neck and folds. */
  #gownDistance(x: number, y: number, z: number, torso: number): number {
    const neck = sqrt(x * x + (z + 1) ** 2 * 0.35 + 0.2);
    const neckline = (y + 21.5 - 0.95 * neck) * 0.7;
    const shell = carve(torso - 0.45, -neckline, 0.3);
    const detail = 1 - shell;
    if (detail <= 0) return shell;
    const folds =
      0.3 * (valueNoise(x * 0.35, y * 0.2, z * 0.3) - 0.5) + 0.1 * (valueNoise(x, y * 0.5, z) - 0.5);
    return shell - min(1, detail) * folds;
  }
}
