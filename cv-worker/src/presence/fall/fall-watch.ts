import { rounded, secondsBetween, type PresenceEvent } from '../event.ts';
import type { Torso } from './pose.ts';

const { max } = Math;

/** Torsos are looked at over this time, ms: a fall takes about a second. */
const FALL_MS = 1500;
/** Two poses nearer in time than this differ by the model's trembling, ms. */
const LEAST_MS = 300;
/**
 * Lowering of the torso's middle, its own lengths a second. A torso of half a metre: 0.75 m/s, where falls reach 1.3 m/s
 * and more and lying down stays below 0.7 m/s (Bourke et al. 2008); poses twice a second take the edge off a peak.
 */
const FALLING_SPEED = 1.5;
/** From this angle against the vertical a body lies, degrees. */
const LYING_ANGLE = 55;
/** Who lies after a fall lies for this long; who kneels or sits down does not, ms. */
const LYING_MS = 4000;
/** So many of the poses meanwhile must lie: single ones are wrong. */
const LYING_SHARE = 0.7;
const MIN_LYING_POSES = 4;
/** A fall that is not confirmed in this time was none, ms. */
const CONFIRM_MS = 10_000;
/** One fall is told once, ms. */
const PAUSE_MS = 30_000;
/** The method is an experiment: a pose that is seen clearly is not a fall that is certain. */
const TRUST = 0.6;

type Seen = Torso & { atMs: number };
type Fall = { startedAt: number; speed: number; lying: Seen[]; poses: number };

/**
 * Tells a fall from how a body's torso moves: lowered fast, and then lying outside of the bed for some seconds. An
 * experiment: see its false alarms in docs/vitals.md.
 */
export class FallWatch {
  #seen: Seen[] = [];
  #fall: Fall | null = null;
  #toldAt = -Infinity;

  /** A fall may have begun: poses are needed although nothing moves any more. */
  get isSuspicious(): boolean {
    return this.#fall !== null;
  }

  /** @param inBed whether the torso is at the patient's place */
  add(atMs: number, torso: Torso, inBed: boolean): PresenceEvent[] {
    const seen = { ...torso, atMs };
    this.#seen = this.#seen.filter((earlier) => atMs - earlier.atMs <= FALL_MS);
    if (this.#fall === null && atMs - this.#toldAt > PAUSE_MS) this.#fall = this.#begin(seen);
    this.#seen.push(seen);
    return this.#fall === null ? [] : this.#confirm(this.#fall, seen, inBed);
  }

  #begin(now: Seen): Fall | null {
    let startedAt = 0;
    let speed = 0;
    for (const earlier of this.#seen) {
      const seconds = (now.atMs - earlier.atMs) / 1000;
      if (seconds * 1000 < LEAST_MS) continue;
      // A torso that falls towards the camera is foreshortened: the longer of the two is its size.
      const lowered = (now.y - earlier.y) / max(now.length, earlier.length) / seconds;
      if (lowered <= speed) continue;
      speed = lowered;
      startedAt = earlier.atMs;
    }
    return speed < FALLING_SPEED ? null : { startedAt, speed, lying: [], poses: 0 };
  }

  #confirm(fall: Fall, now: Seen, inBed: boolean): PresenceEvent[] {
    fall.poses++;
    if (now.angle >= LYING_ANGLE && !inBed) fall.lying.push(now);
    if (now.atMs - fall.startedAt > CONFIRM_MS) this.#fall = null;
    const first = fall.lying.at(0);
    if (first === undefined || now.atMs - first.atMs < LYING_MS) return [];
    const { length } = fall.lying;
    if (length < MIN_LYING_POSES || length < LYING_SHARE * fall.poses) return [];
    this.#fall = null;
    this.#toldAt = now.atMs;
    const score = fall.lying.reduce((sum, torso) => sum + torso.score, 0) / length;
    const evidence = {
      torsoAngleDegrees: Math.round(fall.lying.reduce((sum, torso) => sum + torso.angle, 0) / length),
      dropTorsosPerSecond: rounded(fall.speed),
      secondsLying: secondsBetween(first.atMs, now.atMs),
      poseScore: rounded(score),
    };
    const confidence = rounded(TRUST * score);
    return [{ event: 'fall', confidence, at: now.atMs, startedAt: fall.startedAt, evidence }];
  }
}
