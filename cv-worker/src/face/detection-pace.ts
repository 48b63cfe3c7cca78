import type { FaceMovement } from './face-tracker.ts';

const { hypot } = Math;

/** The mesh is fitted anew at this pace while the tracker sees the face unchanged, ms. */
const MESH_STILL_MS = 5000;
/** ... and at this one while it moves, turns, is new, or has too little texture to be tracked, ms. */
const MESH_MOVING_MS = 1000;
/** A face that is turning or disappearing is fitted again no sooner than this, ms. */
const MESH_URGENT_MS = 300;
/** A face has moved when it is this share of its width from where its mesh was fitted. */
const MOVED = 0.15;
/** Below this correlation with the fitted face for longer than a blink it is turning, ms … */
const TURNING_CORRELATION = 0.93;
const BLINK_MS = 400;
/** … and below this, which a blink does not reach, it disappears. */
const DISAPPEARING_CORRELATION = 0.7;

/** All faces are looked for at this pace while nothing comes or goes beside the patient, ms. */
const SEARCH_QUIET_MS = 10_000;
/** ... and at this one while something does: withholding has 3 s, ms. */
const SEARCH_BUSY_MS = 2000;
/** A patient who is not there, in a picture that does not change, and in one that does, ms. */
const SEARCH_EMPTY_MS = 5000;
const SEARCH_LOST_MS = 1000;
/** Somebody who has just left is looked for as if the picture changed, ms. */
const LOST_LATELY_MS = 10_000;

/**
 * Intervals vary by this share: regions that hop along with a moving face in a rhythm would look like a pulse, and
 * streams that began together would ask for the networks together for ever.
 */
const SPREAD = 0.4;
/** Fractions of its multiples are spread evenly and do not repeat. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** Decides when the networks look at a stream's picture: rarely when nothing changes, at once when something does. */
export class DetectionPace {
  #count: number;
  #meshAt = -Infinity;
  #meshSpread = 1;
  /** When the face last looked like the one that was fitted. */
  #alikeAt = -Infinity;
  #searchedAt = -Infinity;
  #searchSpread = 1;

  /** @param phase any number that differs between streams */
  constructor(phase: number) {
    this.#count = phase;
  }

  /**
   * @param movement of the face since its mesh was fitted; null when it cannot be tracked
   * @param trust whether the face is the patient's: `doubtful` asks for the mesh as soon as may be
   */
  isMeshDue(
    now: number,
    movement: FaceMovement | null,
    faceWidth: number,
    trust: 'known' | 'new' | 'doubtful',
  ): boolean {
    const elapsed = now - this.#meshAt;
    if (elapsed < MESH_URGENT_MS) return false;
    if (trust === 'doubtful') return true;
    if (movement !== null && movement.correlation < DISAPPEARING_CORRELATION) return true;
    const moving =
      trust === 'new' ||
      movement === null ||
      this.#isTurning(now, movement.correlation) ||
      hypot(movement.x, movement.y) > MOVED * faceWidth;
    return elapsed >= (moving ? MESH_MOVING_MS : MESH_STILL_MS) * this.#meshSpread;
  }

  /** Asks for both at once: the picture is another. */
  restart(): void {
    this.#meshAt = -Infinity;
    this.#searchedAt = -Infinity;
  }

  meshTried(now: number): void {
    this.#meshAt = now;
    this.#alikeAt = now;
    this.#meshSpread = this.#nextSpread();
  }

  /**
   * @param lostSince when the patient's face was last seen; null while it is, -Infinity when it never was
   * @param busy something changed beside the patient, or another face is there
   */
  isSearchDue(now: number, lostSince: number | null, busy: boolean): boolean {
    const elapsed = now - this.#searchedAt;
    if (lostSince === null) {
      return elapsed >= (busy ? SEARCH_BUSY_MS : SEARCH_QUIET_MS * this.#searchSpread);
    }
    const soon = busy || now - lostSince < LOST_LATELY_MS;
    return elapsed >= (soon ? SEARCH_LOST_MS : SEARCH_EMPTY_MS * this.#searchSpread);
  }

  searched(now: number): void {
    this.#searchedAt = now;
    this.#searchSpread = this.#nextSpread();
  }

  #isTurning(now: number, correlation: number): boolean {
    if (correlation >= TURNING_CORRELATION) this.#alikeAt = now;
    return now - this.#alikeAt > BLINK_MS;
  }

  #nextSpread(): number {
    this.#count++;
    const fraction = (((this.#count * GOLDEN_RATIO) % 1) + 1) % 1;
    return 1 + SPREAD * (fraction - 0.5);
  }
}
