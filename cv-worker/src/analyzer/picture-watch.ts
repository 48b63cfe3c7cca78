import type { TechnicalCondition, WithheldReason } from '@haven/protocol';
import { difference, structure, type Thumbnail } from '../motion/thumbnail.ts';
import { Debounce } from './debounce.ts';

/**
 * Mean difference of neighbouring blocks of a picture that shows anything at all, levels of luma. A hand, a cloth or a
 * lens cap leaves less; a plain wall with a bed leaves several times as much.
 */
const MIN_STRUCTURE = 0.7;
/** Mean luma below which skin is lost in the camera's noise; black is 16. */
const DARK_LEVEL = 35;
/**
 * A frozen camera's picture is encoded again and again: it changes a little as the encoder refines it, and at each key
 * frame. A living one changes by noise in every frame: more in the mean, or, in the dark, strongly in some blocks.
 */
const FROZEN_MEAN_CHANGE = 0.03;
const FROZEN_LARGEST_CHANGE = 1.5;
/** Frames over which the middle change is taken: outlives a key frame, shorter than the 3 s there are to notice. */
const FROZEN_WINDOW_MS = 1500;
/** Fewer frames say nothing about a freeze. */
const FROZEN_MIN_FRAMES = 8;

const SETTLE_MS = 800;
/** A frozen picture that the encoder refines at a key frame has not come back to life, ms. */
const THAW_MS = 2000;

type Change = { at: number; mean: number; largest: number };
export type ConditionChange = { condition: TechnicalCondition; present: boolean; at: number };

const CONDITIONS = [
  { condition: 'camera-covered', reason: 'covered' },
  { condition: 'picture-frozen', reason: 'frozen' },
  { condition: 'too-dark', reason: 'too-dark' },
] as const satisfies { condition: TechnicalCondition; reason: WithheldReason }[];
type Watched = (typeof CONDITIONS)[number]['condition'];

/** Tells a covered camera, a frozen picture and darkness from a picture that can be measured in. */
export class PictureWatch {
  readonly #facts: Record<Watched, Debounce> = {
    'camera-covered': new Debounce(SETTLE_MS, SETTLE_MS),
    'picture-frozen': new Debounce(0, THAW_MS),
    'too-dark': new Debounce(SETTLE_MS, SETTLE_MS),
  };
  #previous: Thumbnail | null = null;
  #changes: Change[] = [];

  /** Why nothing can be measured in the picture, or null. */
  get reason(): WithheldReason | null {
    return CONDITIONS.find(({ condition }) => this.#facts[condition].value)?.reason ?? null;
  }

  add(timeMs: number, picture: Thumbnail): ConditionChange[] {
    const covered = structure(picture) < MIN_STRUCTURE;
    // What a covered lens shows does not change either: only changes since then count.
    if (covered) this.#changes = [];
    const frozen = this.#isFrozen(timeMs, picture);
    const raw: Record<Watched, boolean> = {
      'camera-covered': covered,
      'picture-frozen': frozen,
      'too-dark': !covered && average(picture) < DARK_LEVEL,
    };
    return CONDITIONS.filter(({ condition }) => this.#facts[condition].update(raw[condition], timeMs)).map(
      ({ condition }) => ({ condition, present: this.#facts[condition].value, at: Math.round(timeMs) }),
    );
  }

  #isFrozen(timeMs: number, picture: Thumbnail): boolean {
    if (this.#previous !== null) {
      this.#changes.push({ at: timeMs, ...difference(this.#previous, picture) });
      while (timeMs - this.#changes[0].at > FROZEN_WINDOW_MS) this.#changes.shift();
    }
    this.#previous = picture;
    const changes = this.#changes;
    return (
      changes.length >= FROZEN_MIN_FRAMES &&
      timeMs - changes[0].at > FROZEN_WINDOW_MS * 0.8 &&
      middle(changes.map((change) => change.mean)) < FROZEN_MEAN_CHANGE &&
      middle(changes.map((change) => change.largest)) < FROZEN_LARGEST_CHANGE
    );
  }
}

function average(picture: Thumbnail): number {
  return picture.levels.reduce((sum, level) => sum + level, 0) / picture.levels.length;
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
