import type { Comparison } from './bed-place.ts';
import { rounded, secondsBetween, type PresenceEvent } from './event.ts';
import type { Departure } from './exit-track.ts';
import { Span } from './span.ts';

/** From this share of changed blocks on, a part of the picture shows something else than it did. */
const CHANGED = 0.3;
/** From this share of changed surroundings on, something stands before the camera, or it shows another view. */
const VIEW_CHANGED = 0.5;
/** Below this share the place looks as it does when empty. */
const LIKE_EMPTY = 0.1;
/** A place that was left over the picture's edge, or looks as it does when empty, must be still for this long, ms. */
const LEFT_MS = 4000;
/**
 * One that nobody was seen to leave and only looks different could be a patient under a blanket: the slowest breath
 * takes 10 s, ms.
 */
const CHANGED_MS = 12_000;
/** Where only the head is in the picture, ms. */
const HEAD_ONLY_MS = 20_000;
/** A face that stays at the place is somebody who came back, ms. */
const RETURNED_MS = 5000;
/** So is a body without a face; longer, since a bed that is being made looks like it, ms. */
const RETURNED_BODY_MS = 20_000;
/** Where a face stays for so long is the patient's place now: the chair beside the bed, ms. */
const NEW_PLACE_MS = 60_000;
/** Somebody who is seen so long after the last large movement is seen for sure, ms. */
const CALM_MS = 3000;
/** A glance away does not end a stay, ms. */
const GAP_MS = 2000;

/** By what somebody was seen. */
export type SeenBy = 'face' | 'movement' | 'body';
/** How sure each is; by design, not measured on patients. */
const SURENESS: Readonly<Record<SeenBy, number>> = { face: 0.95, movement: 0.8, body: 0.7 };
/** Where somebody had come in before, the patient may have been helped up. */
const ACCOMPANIED = 0.6;

/** What one sample of the picture shows. */
export type Sighting = {
  /** On the frames' clock. */
  atMs: number;
  face: 'at-place' | 'elsewhere' | null;
  /** Large movement at the place. */
  stirs: boolean;
  /** Small movement at the place, as of breathing. */
  sways: boolean;
  comparison: Comparison;
  departure: Departure | null;
};

/** Whether somebody is there; `present` is null while that cannot be told. */
export type Verdict = { present: boolean | null; confidence: number; by: SeenBy };
export type OccupancyUpdate = {
  verdict: Verdict;
  events: PresenceEvent[];
  /** The patient has another place now. */
  moved: boolean;
};

/**
 * Whether somebody is at the place. Absence needs a place that changed and is still: a face that is turned away or
 * covered, over a body that breathes or looks as before, is presence.
 */
export class Occupancy {
  readonly #atPlace = new Span(GAP_MS);
  readonly #elsewhere = new Span(GAP_MS);
  readonly #bodyBack = new Span(GAP_MS);
  readonly #leftBeside = new Span(GAP_MS);
  #seenAt: number | null = null;
  #stirredAt = -Infinity;
  /** Nothing large has moved since somebody was seen for sure: they cannot have left. */
  #unstirred = false;
  #absent: Verdict | null = null;
  #outOfBed = false;

  add(sighting: Sighting): OccupancyUpdate {
    const { atMs, face } = sighting;
    this.#followCalm(sighting);
    const hidden = (sighting.comparison.surroundings ?? 0) >= VIEW_CHANGED;
    const isStillThere = this.#unstirred && this.#absent === null && !hidden;
    const by = seenBy(sighting) ?? (isStillThere ? 'body' : null);
    if ((by !== null || hidden) && this.#absent === null) this.#seenAt = atMs;
    const elsewhereMs = this.#elsewhere.update(face === 'elsewhere', atMs);
    const movedAt = elsewhereMs >= NEW_PLACE_MS ? this.#elsewhere.from : null;
    if (movedAt !== null) this.#elsewhere.reset();
    const events = this.#isAway ? this.#comeBack(sighting, movedAt) : [];
    if (this.#absent === null) events.push(...this.#leave(sighting, by, hidden));
    return { verdict: this.#judge(by, hidden), events, moved: movedAt !== null };
  }

  /** Nothing was seen for a while, since there was no picture to see it in: time begins anew. */
  interrupt(atMs: number): void {
    this.#stirredAt = atMs;
    this.#unstirred = false;
    if (this.#seenAt !== null && this.#absent === null) this.#seenAt = atMs;
  }

  #followCalm({ atMs, face, stirs, sways }: Sighting): void {
    if (stirs) this.#stirredAt = atMs;
    if (atMs - this.#stirredAt < CALM_MS) this.#unstirred = false;
    else if (face === 'at-place' || sways) this.#unstirred = true;
  }

  get #isAway(): boolean {
    return this.#absent !== null || this.#outOfBed;
  }

  #judge(by: SeenBy | null, hidden: boolean): Verdict {
    if (by === 'face') return { present: true, confidence: SURENESS.face, by };
    if (this.#absent !== null) {
      // Somebody may be making the bed.
      return by === null && !hidden ? this.#absent : { ...this.#absent, present: null };
    }
    if (by === null || this.#seenAt === null) return { present: null, confidence: 0, by: 'body' };
    return { present: true, confidence: SURENESS[by], by };
  }

  #leave(sighting: Sighting, by: SeenBy | null, hidden: boolean): PresenceEvent[] {
    const { atMs, comparison, departure, face, stirs, sways } = sighting;
    const seenAt = this.#seenAt;
    if (seenAt === null || (by === null && hidden)) return [];
    const isEmptyBeside = face === 'elsewhere' && isChanged(comparison.body) && !stirs && !sways;
    const besideMs = this.#leftBeside.update(isEmptyBeside, atMs);
    if (!this.#outOfBed && besideMs >= LEFT_MS) {
      return [this.#exit(sighting, this.#leftBeside.from ?? atMs, SURENESS.face)];
    }
    const { neededMs, confidence } = neededForAbsence(sighting);
    if (by !== null || atMs - seenAt < neededMs) return [];
    this.#absent = { present: false, confidence, by: 'body' };
    const exit =
      departure === null || this.#outOfBed ? [] : [this.#exit(sighting, departure.startedAt, confidence)];
    const evidence = {
      secondsUnseen: secondsBetween(seenAt, atMs),
      headChangedShare: rounded(comparison.head ?? 1),
      bodyChangedShare: rounded(comparison.body ?? 1),
    };
    return [...exit, { event: 'absent', confidence, at: atMs, startedAt: seenAt, evidence }];
  }

  #exit({ atMs, comparison, departure }: Sighting, startedAt: number, sureness: number): PresenceEvent {
    this.#outOfBed = true;
    const accompanied = departure?.accompanied === true;
    const evidence = {
      bodyChangedShare: rounded(comparison.body ?? 1),
      movingShare: rounded(departure?.movingShare ?? 0),
      secondsToEdge: departure === null ? 0 : secondsBetween(departure.startedAt, departure.leftAt),
      accompanied: accompanied ? 1 : 0,
    };
    const confidence = accompanied ? ACCOMPANIED : sureness;
    return { event: 'bed-exit', confidence, at: atMs, startedAt, evidence };
  }

  /** @param movedAt since when the face is at a new place, when that is the patient's now */
  #comeBack({ atMs, face, stirs, sways, comparison }: Sighting, movedAt: number | null): PresenceEvent[] {
    const seenMs = this.#atPlace.update(face === 'at-place', atMs);
    const looksBack = (comparison.body !== null && !isChanged(comparison.body)) || sways;
    const isBody = face === null && !stirs && looksBack && !isLikeEmpty(comparison);
    const bodyMs = this.#bodyBack.update(isBody, atMs);
    const byFace = seenMs >= RETURNED_MS || movedAt !== null;
    if (!byFace && bodyMs < RETURNED_BODY_MS) return [];
    const startedAt = (byFace ? (movedAt ?? this.#atPlace.from) : this.#bodyBack.from) ?? atMs;
    this.#absent = null;
    this.#outOfBed = false;
    this.#seenAt = atMs;
    for (const span of [this.#atPlace, this.#bodyBack, this.#leftBeside]) span.reset();
    const evidence = { secondsSeen: secondsBetween(startedAt, atMs), faceSeen: byFace ? 1 : 0 };
    const confidence = byFace ? SURENESS.face : SURENESS.body;
    return [{ event: 'returned', confidence, at: atMs, startedAt, evidence }];
  }
}

function seenBy({ face, stirs, sways, comparison }: Sighting): SeenBy | null {
  if (face !== null) return 'face';
  if (stirs || sways) return 'movement';
  if ((comparison.surroundings ?? 0) >= VIEW_CHANGED || isLikeEmpty(comparison)) return null;
  return comparison.body !== null && !isChanged(comparison.body) ? 'body' : null;
}

/** How long a place where nobody is seen must be so, and how sure it is then that nobody is there. */
function neededForAbsence({ comparison, departure }: Sighting): { neededMs: number; confidence: number } {
  if (isLikeEmpty(comparison)) return { neededMs: LEFT_MS, confidence: 0.9 };
  if (isChanged(comparison.body)) {
    return departure === null
      ? { neededMs: CHANGED_MS, confidence: 0.75 }
      : { neededMs: LEFT_MS, confidence: 0.9 };
  }
  if (isChanged(comparison.head)) return { neededMs: HEAD_ONLY_MS, confidence: 0.6 };
  return { neededMs: Infinity, confidence: 0 };
}

function isChanged(share: number | null): boolean {
  return share !== null && share >= CHANGED;
}

function isLikeEmpty({ fromEmpty }: Comparison): boolean {
  return fromEmpty !== null && fromEmpty < LIKE_EMPTY;
}
