import { Random } from './noise.ts';
import { mix, smoothstep, srgb, type Colour } from './colour.ts';

export type HairStyle = 'short' | 'cropped' | 'curly' | 'long' | 'bald';

/** What tells one synthetic person from another, apart from the tone of the skin. */
export interface Look {
  hair: {
    style: HairStyle;
    colour: Colour;
    /** Depth of locks and of curls, cm. */
    strands: number;
    curl: number;
  };
  brow: { colour: Colour; weight: number };
  iris: Colour;
  gown: Colour;
  /** Density of a beard's shadow, 0 to 1. */
  stubble: number;
  /** How far the corners of the mouth rise, 0 to 1. */
  smile: number;
  /** Depth of lines of age, 0 to 1. */
  age: number;
  /** Widths against the mean. */
  proportions: { jaw: number; cheeks: number; nose: number };
}

type Template = Omit<Look, 'proportions'> & { jaw: number };

const BLACK = srgb(34, 28, 26);
const BROWN = srgb(74, 50, 36);
const DARK_BROWN = srgb(48, 34, 27);
const GREY = srgb(158, 155, 150);

const TEMPLATES: readonly Template[] = [
  {
    hair: { style: 'short', colour: BROWN, strands: 0.4, curl: 0.1 },
    brow: { colour: srgb(70, 48, 34), weight: 1 },
    iris: srgb(84, 112, 128),
    gown: srgb(122, 160, 172),
    stubble: 0.16,
    smile: 0.4,
    age: 0.35,
    jaw: 1.04,
  },
  {
    hair: { style: 'long', colour: DARK_BROWN, strands: 0.5, curl: 0.15 },
    brow: { colour: srgb(52, 36, 28), weight: 0.8 },
    iris: srgb(84, 58, 38),
    gown: srgb(150, 164, 190),
    stubble: 0,
    smile: 0.7,
    age: 0.1,
    jaw: 0.93,
  },
  {
    hair: { style: 'bald', colour: GREY, strands: 0, curl: 0 },
    brow: { colour: srgb(120, 114, 108), weight: 0.75 },
    iris: srgb(70, 66, 58),
    gown: srgb(128, 168, 150),
    stubble: 0.1,
    smile: 0.3,
    age: 1,
    jaw: 1.03,
  },
  {
    hair: { style: 'curly', colour: BLACK, strands: 0.2, curl: 1.3 },
    brow: { colour: srgb(36, 28, 26), weight: 0.85 },
    iris: srgb(58, 38, 28),
    gown: srgb(168, 158, 186),
    stubble: 0,
    smile: 0.6,
    age: 0.2,
    jaw: 0.95,
  },
  {
    hair: { style: 'cropped', colour: BLACK, strands: 0.12, curl: 0.2 },
    brow: { colour: srgb(38, 30, 27), weight: 1.05 },
    iris: srgb(62, 42, 30),
    gown: srgb(134, 152, 166),
    stubble: 0.24,
    smile: 0.35,
    age: 0.3,
    jaw: 1.05,
  },
  {
    hair: { style: 'short', colour: GREY, strands: 0.45, curl: 0.25 },
    brow: { colour: srgb(128, 120, 112), weight: 0.7 },
    iris: srgb(88, 104, 108),
    gown: srgb(176, 168, 150),
    stubble: 0,
    smile: 0.55,
    age: 0.8,
    jaw: 0.97,
  },
];

/** From this age hair is grey whatever the tone of the skin. */
const GREY_AGE = 0.8;
/** Hair that has kept its pigment is darker on dark skin: against the template's, on the darkest. */
const DARKEST_HAIR = 0.3;

/** The person of a seed: neighbouring seeds look different, and no two seeds quite the same. */
export function lookOf(seed: number, tone: number): Look {
  const { jaw, hair, ...look } = TEMPLATES[seed % TEMPLATES.length];
  const random = new Random(seed);
  const pigment = look.age < GREY_AGE ? mix(1, DARKEST_HAIR, smoothstep(4, 9, tone)) : 1;
  const [red, green, blue] = hair.colour;
  return {
    ...look,
    hair: { ...hair, colour: [red * pigment, green * pigment, blue * pigment] },
    proportions: {
      jaw: jaw * random.between(0.98, 1.02),
      cheeks: random.between(0.97, 1.03),
      nose: random.between(0.92, 1.12),
    },
  };
}
