import type { HairStyle } from './looks.ts';

/**
 * One ellipsoid of a body, in centimetres: `turn` rotates it about the vertical axis and then `tilt` about its own
 * horizontal one, in radians; `seam` is how softly it joins what came before.
 */
export interface Blob {
  /** Parts whose width differs between people. */
  name?: 'jaw' | 'cheeks' | 'nose';
  at: readonly [x: number, y: number, z: number];
  radii: readonly [x: number, y: number, z: number];
  seam: number;
  turn?: number;
  tilt?: number;
  /** Taken away rather than added. */
  carved?: boolean;
  /** On both sides of the face; `at` is the right one. */
  mirrored?: boolean;
}

/** Half the distance between the pupils (adult mean 6.3 cm). */
export const PUPIL_X = 3.15;
/** Height of the line between the lips. */
export const MOUTH_Y = -6.4;
/** Height of the lowest point of the chin. */
export const CHIN_Y = -11;
/** Height of the top of the skull. */
export const VERTEX_Y = 11.8;

/** Skull and face, from the large to the small. Proportions of an adult (Farkas 1994). */
export const FACE: readonly Blob[] = [
  { at: [0, 3.6, -1.6], radii: [7.3, 8.1, 9], seam: 1 },
  { name: 'cheeks', at: [0, -2.4, 0.6], radii: [6.5, 8, 6.6], seam: 2.4 },
  { name: 'jaw', at: [0, -6.9, 1.7], radii: [5.4, 3.9, 5], seam: 2.4 },
  // chin
  { at: [0, -9.3, 5], radii: [2.2, 1.7, 1.7], seam: 2.2 },
  // cheekbones
  { name: 'cheeks', at: [4.1, -2.2, 4], radii: [2.3, 1.9, 2.2], seam: 2.4, mirrored: true },
  // brow ridge
  { at: [2.6, 1.9, 5.6], radii: [2.4, 0.8, 1.1], seam: 1.5, mirrored: true },
  // muzzle
  { at: [0, -6.1, 5.1], radii: [2.9, 2.4, 2.3], seam: 1.4 },
  // eye sockets, then the lids over the eyeballs
  { at: [3.2, 0.1, 7.5], radii: [1.95, 1.25, 1.9], seam: 0.9, carved: true, mirrored: true },
  { at: [PUPIL_X, 0, 4.6], radii: [1.38, 1.3, 1.3], seam: 0.3, mirrored: true },
  // bridge of the nose, its tip, its wings, the nostrils
  { name: 'nose', at: [0, -0.9, 7.2], radii: [0.72, 2.9, 1.0], seam: 0.9, tilt: -0.36 },
  { name: 'nose', at: [0, -3.2, 8.5], radii: [0.95, 0.8, 0.95], seam: 0.7 },
  { name: 'nose', at: [1.05, -3.5, 7.4], radii: [0.6, 0.55, 0.9], seam: 0.8, mirrored: true },
  { name: 'nose', at: [0.6, -4.15, 8.1], radii: [0.33, 0.33, 0.5], seam: 0.25, carved: true, mirrored: true },
  // upper lip, lower lip, the furrow between them, the hollow above the chin
  { at: [0.75, -5.95, 6.95], radii: [1.5, 0.45, 0.65], seam: 0.35, mirrored: true },
  { at: [0, -6.95, 6.85], radii: [1.85, 0.56, 0.75], seam: 0.35 },
  { at: [0, MOUTH_Y, 7.95], radii: [2.4, 0.1, 0.9], seam: 0.25, carved: true },
  { at: [0, -8.1, 8.1], radii: [1.9, 0.5, 0.9], seam: 0.8, carved: true },
];

/** The shell of the ear, turned out from the head, and its hollow. */
export const EAR: readonly Blob[] = [
  { at: [7.65, -0.9, -1.3], radii: [0.55, 3, 1.8], seam: 0.3, turn: 0.6, tilt: -0.12, mirrored: true },
  {
    at: [8.1, -0.7, -0.8],
    radii: [0.42, 2, 1.05],
    seam: 0.3,
    turn: 0.6,
    tilt: -0.12,
    carved: true,
    mirrored: true,
  },
];

/** Neck, its two long muscles, chest and shoulders: not turned with the head. */
export const TORSO: readonly Blob[] = [
  { at: [0, -13, -3.2], radii: [5, 13, 5.2], seam: 1 },
  { at: [2.4, -13.5, -0.6], radii: [0.9, 6.5, 1], seam: 1.6, tilt: -0.25, mirrored: true },
  { at: [0, -29.5, -4.4], radii: [19, 11, 8.6], seam: 5 },
  { at: [14.6, -24, -4.6], radii: [6, 5, 5], seam: 4, mirrored: true },
];

/** What lies over belly and legs of somebody in bed. */
export const BLANKET_BLOBS: readonly Blob[] = [
  { at: [0, -78, -5], radii: [46, 50, 13], seam: 1 },
  { at: [9, -90, 0], radii: [10, 46, 11], seam: 6, mirrored: true },
];

/** A shape of hair and the radius of a ball about the head that holds it. */
export interface HairShape {
  blobs: readonly Blob[];
  reach: number;
}

/** What every cut leaves free: face, temples with ears, nape. */
const FACE_OPENING: Blob = { at: [0.6, -0.9, 6.4], radii: [6.7, 8.1, 6.6], seam: 1, carved: true };
const TEMPLES: Blob = { at: [7.6, -3.2, 2.6], radii: [3, 5.8, 4.6], seam: 1.6, carved: true, mirrored: true };
const NAPE: Blob = { at: [0, -10.5, -2], radii: [12, 8.6, 12], seam: 0.8, carved: true };

const HAIR_SHAPES: Readonly<Record<Exclude<HairStyle, 'bald'>, HairShape>> = {
  short: {
    blobs: [
      { at: [0, 3.9, -1.9], radii: [7.65, 8.6, 9.6], seam: 1 },
      { at: [-0.8, 8.7, 1.2], radii: [5.2, 3.4, 5.2], seam: 2 },
      FACE_OPENING,
      TEMPLES,
      NAPE,
    ],
    reach: 14,
  },
  cropped: {
    blobs: [{ at: [0, 3.8, -1.8], radii: [7.42, 8.25, 9.3], seam: 1 }, FACE_OPENING, TEMPLES, NAPE],
    reach: 13.4,
  },
  curly: {
    blobs: [{ at: [0, 4.8, -2.4], radii: [9.3, 9.6, 10], seam: 1 }, FACE_OPENING, TEMPLES, NAPE],
    reach: 16,
  },
  long: {
    blobs: [
      { at: [0, 4, -2], radii: [7.9, 8.7, 9.6], seam: 1 },
      { at: [1.5, 8.4, 0.6], radii: [5.6, 3.6, 5.6], seam: 2 },
      { at: [6.9, -6, -2.6], radii: [2.3, 12.5, 4.2], seam: 2.4, mirrored: true },
      { at: [0, -5, -6.5], radii: [7.4, 12, 4], seam: 2 },
      { at: [0.4, -3.2, 6.2], radii: [6, 10.4, 6.6], seam: 0.9, carved: true },
    ],
    reach: 20,
  },
};

const NO_HAIR: HairShape = { blobs: [], reach: 13.4 };

/** The hair of a style, in coordinates of the head. */
export function hairOf(style: HairStyle): HairShape {
  return style === 'bald' ? NO_HAIR : HAIR_SHAPES[style];
}
