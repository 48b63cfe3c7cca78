import type { Box } from '../face/box.ts';
import type { Thumbnail } from '../motion/thumbnail.ts';
import { isAboutPerson, NO_REGIONS, regionsAbout, type PersonRegions } from './person-regions.ts';

const { abs, exp, hypot, max } = Math;

/** The place is where the face is while somebody is calm: it follows within minutes, not with a turn of the head. */
const PLACE_MS = 30_000;
/** What the place looks like with its patient is averaged over a breath, ms. */
const LOOK_MS = 3000;
/** A face further from the place than this many of its own sizes has left it: turning over in bed moves a head less. */
const ELSEWHERE = 2;
/** The regions are laid anew when the face moved by this share of its size. */
const LAY_AGAIN = 0.1;
/** A block that differs by more than this share of its level, and by so many levels, shows something else. */
const CHANGED_SHARE = 0.05;
const CHANGED_LEVELS = 4;
/** Fewer blocks do not tell how a part of the picture looks. */
const MIN_BLOCKS = 12;

/** How a picture compares with what was learned: shares of blocks that changed, null while nothing can be said. */
export type Comparison = {
  head: number | null;
  body: number | null;
  /** Everything beside the person: a camera that was turned, a curtain, a trolley. */
  surroundings: number | null;
  /** The person's blocks against the place when it was empty. */
  fromEmpty: number | null;
};

/** Where the patient is when at rest, what that looks like, and what it looks like empty. */
export class BedPlace {
  #face: Box | null = null;
  #laidFor: Box | null = null;
  #regions = NO_REGIONS;
  #occupied: Float32Array | null = null;
  #empty: Float32Array | null = null;

  get isKnown(): boolean {
    return this.#face !== null;
  }

  get regions(): PersonRegions {
    return this.#regions;
  }

  /** @param face in shares of the picture */
  isElsewhere(face: Box): boolean {
    return this.#face !== null && distanceInFaces(this.#face, face) > ELSEWHERE;
  }

  /** Whether a point, in shares of the picture, is where the patient is when at rest. */
  contains(x: number, y: number): boolean {
    return this.#face !== null && isAboutPerson(this.#face, x, y);
  }

  /** Takes in how the patient is there calmly with the face visible. */
  learn(face: Box, picture: Thumbnail, elapsedMs: number): void {
    this.#face = this.#face === null ? { ...face } : blend(this.#face, face, 1 - exp(-elapsedMs / PLACE_MS));
    if (this.#laidFor === null || distanceInFaces(this.#laidFor, this.#face) > LAY_AGAIN) {
      this.#laidFor = this.#face;
      this.#regions = regionsAbout(this.#face, picture.columns, picture.rows);
    }
    this.learnLook(picture, elapsedMs);
  }

  /** Takes in how the place looks with the patient in it, face visible or not. */
  learnLook({ levels }: Thumbnail, elapsedMs: number): void {
    const occupied = (this.#occupied ??= Float32Array.from(levels));
    const weight = 1 - exp(-elapsedMs / LOOK_MS);
    for (let block = 0; block < levels.length; block++) {
      occupied[block] += weight * (levels[block] - occupied[block]);
    }
  }

  /** Takes in how the place looks with nobody there. */
  learnEmpty({ levels }: Thumbnail): void {
    if (this.#face !== null) this.#empty = Float32Array.from(levels);
  }

  compare({ levels }: Thumbnail): Comparison {
    const { head, body, person, surroundings } = this.#regions;
    return {
      head: changedShare(levels, this.#occupied, head, surroundings),
      body: changedShare(levels, this.#occupied, body, surroundings),
      surroundings: changedShare(levels, this.#occupied, surroundings, surroundings),
      fromEmpty: changedShare(levels, this.#empty, person, surroundings),
    };
  }

  /** The camera shows another view, or the patient has another place: all is learned anew. */
  forget(): void {
    this.#face = null;
    this.#laidFor = null;
    this.#regions = NO_REGIONS;
    this.#occupied = null;
    this.#empty = null;
  }
}

function distanceInFaces(place: Box, face: Box): number {
  const across = face.x + face.width / 2 - (place.x + place.width / 2);
  const along = face.y + face.height / 2 - (place.y + place.height / 2);
  return hypot(across / place.width, along / place.height);
}

function blend(a: Box, b: Box, weight: number): Box {
  const between = (from: number, to: number) => from + weight * (to - from);
  return {
    x: between(a.x, b.x),
    y: between(a.y, b.y),
    width: between(a.width, b.width),
    height: between(a.height, b.height),
  };
}

/** The light's change, by which all of the picture is brighter or darker, is taken from the surroundings and undone. */
function changedShare(
  levels: Float32Array,
  learned: Float32Array | null,
  blocks: readonly number[],
  surroundings: readonly number[],
): number | null {
  if (learned?.length !== levels.length || blocks.length < MIN_BLOCKS) return null;
  const gain = surroundings.length < MIN_BLOCKS ? 1 : lightGain(levels, learned, surroundings);
  let changed = 0;
  for (const block of blocks) {
    const expected = gain * learned[block];
    if (abs(levels[block] - expected) > max(CHANGED_LEVELS, CHANGED_SHARE * expected)) changed++;
  }
  return changed / blocks.length;
}

/** Factor that brings the learned levels nearest to today's (least squares). */
function lightGain(levels: Float32Array, learned: Float32Array, blocks: readonly number[]): number {
  let product = 0;
  let power = 0;
  for (const block of blocks) {
    product += levels[block] * learned[block];
    power += learned[block] * learned[block];
  }
  return power === 0 ? 1 : product / power;
}
