import { overlap, type Box } from './box.ts';
import type { FaceMovement } from './face-tracker.ts';
import { Gallery, type Likeness } from './likeness.ts';

const { hypot, min } = Math;

/** One face must have been there alone for this long before anything is published about it again, ms. */
const NEW_FACE_MS = 10_000;
/**
 * A face that does not look like the patient's must have been there alone for this long: longer than a visitor leans
 * over a bed, ms.
 */
const STRANGER_MS = 120_000;
/** Whoever comes after this long may be someone else, ms. */
const IDENTITY_GAP_MS = 3000;
/** A face that looks this different from one picture to the next has been covered, or is another one. */
const STRANGE_CORRELATION = 0.4;
/** While somebody is near, already a face that looks this different may be theirs: a blink leaves 0.8. */
const STRANGE_IN_COMPANY = 0.7;
/** A face that was covered and then looks like before is the same one. */
const SAME_CORRELATION = 0.9;
/** Somebody was near when something changed beside the patient this long ago, ms. */
const COMPANY_MS = 3000;
/** No head moves faster than this, face widths a second. */
const MAX_SPEED = 4;
/** A mesh that has less than this in common with where the face was tracked to is another face's. */
const SAME_PLACE_OVERLAP = 0.4;

/**
 * Guards that a face which goes on is the same person's: only what was seen without a break, in its place, and with
 * nobody near when it changed, is. Anything else is a new face, of which nothing is published for ten seconds, and for
 * two minutes if it does not look like the patient's.
 */
export class IdentityWatch {
  #suspicious = false;
  #known = false;
  readonly #patient = new Gallery();
  #newUntil = -Infinity;
  #doubtedAt = -Infinity;
  #doubtedInCompany = false;
  /** The face that is new does not look like the patient's. */
  #isStranger = false;
  #confirmedAt = 0;
  #companyAt = -Infinity;
  #lastAt = 0;
  #last: FaceMovement | null = null;

  /** Whether what was seen since the last mesh may have been another face. */
  get isSuspicious(): boolean {
    return this.#suspicious;
  }

  trust(now: number): 'known' | 'new' | 'doubtful' {
    if (this.#suspicious) return 'doubtful';
    return this.isNew(now) ? 'new' : 'known';
  }

  isNew(now: number): boolean {
    return now < this.#newUntil;
  }

  /** Whether the face is most likely that of somebody who came to the patient. */
  isVisitor(now: number): boolean {
    return this.isNew(now) && this.#isStranger && this.#doubtedInCompany;
  }

  observe(
    now: number,
    seen: { movement: FaceMovement | null; faceWidth: number; companyNear: boolean },
  ): void {
    const { movement, faceWidth, companyNear } = seen;
    if (companyNear) this.#companyAt = now;
    if (movement !== null) {
      const inCompany = now - this.#companyAt < COMPANY_MS;
      const strange = inCompany ? STRANGE_IN_COMPANY : STRANGE_CORRELATION;
      const from = this.#last ?? { x: 0, y: 0 };
      const speed =
        (hypot(movement.x - from.x, movement.y - from.y) / faceWidth / (now - this.#lastAt)) * 1000;
      if (movement.correlation < strange || speed > MAX_SPEED) this.#suspicious = true;
      else this.#confirmedAt = now;
      // A hand before the face, and nobody came in the meantime.
      if (movement.correlation > SAME_CORRELATION && !inCompany) this.#suspicious = false;
    }
    this.#last = movement;
    this.#lastAt = now;
  }

  /**
   * A face's mesh was fitted.
   *
   * @param expected where the patient's face was to be; null when none was known
   */
  confirm(now: number, expected: Box | null, found: Box, likeness: Likeness): void {
    const moved = expected !== null && overlap(expected, found) < SAME_PLACE_OVERLAP;
    const gap = this.#known && now - this.#confirmedAt > IDENTITY_GAP_MS;
    const inCompany = now - this.#companyAt < COMPANY_MS;
    const isLikePatient = this.#patient.knows(likeness);
    if (this.#suspicious || moved || gap || (this.#known && inCompany && !isLikePatient)) {
      this.doubt(now, inCompany);
    }
    if (this.isNew(now)) {
      this.#isStranger = !isLikePatient;
      if (!isLikePatient) this.#newUntil = min(now + NEW_FACE_MS, this.#doubtedAt + STRANGER_MS);
    } else if (!inCompany) {
      if (this.#isStranger) this.#patient.clear();
      this.#isStranger = false;
      this.#patient.learn(likeness);
    }
    this.#known = true;
    this.#suspicious = false;
    this.#confirmedAt = now;
    this.#last = null;
  }

  /** It could be anybody from here on: one of several, or somebody unseen until now. */
  doubt(now: number, inCompany: boolean): void {
    this.#doubtedAt = now;
    this.#doubtedInCompany = inCompany;
    this.#newUntil = now + NEW_FACE_MS;
  }
}
