import type { Thumbnail } from '../motion/thumbnail.ts';

const { abs, exp, sqrt } = Math;

/** Ten samples a cycle of the fastest breathing; whoever leaves a bed takes several of them. */
export const SAMPLE_INTERVAL_MS = 200;
/** A block that changes by more between two samples shows something that moves: well above any camera's noise. */
const MOVING_CHANGE = 6;
/** More of the picture than this does not move by somebody in it. */
const WHOLE_PICTURE = 0.85;
/** Breathing of 8 to 36 a minute passes between these two time constants, ms. */
const FAST_MS = 400;
const SLOW_MS = 3000;
/** The strength of small movement looks back over about a breath, ms. */
const POWER_MS = 4000;

/**
 * What moves in the blocks of a picture, at five samples a second: `moving`, by a lot since the last sample, and
 * `sway`, the small slow movement of a body that breathes, as the root mean square of the block's level within the band
 * of breathing.
 */
export class BlockActivity {
  /** 1 for each block that moves by a lot. */
  moving = new Uint8Array(0);
  /** All of the picture changed at once: by the light, by the camera, or a close person left. No block moves then. */
  changedWholly = false;
  #previous = new Float32Array(0);
  #fast = new Float32Array(0);
  #slow = new Float32Array(0);
  #power = new Float32Array(0);
  #sampledAt: number | null = null;

  /** @returns the time since the last sample, ms, or null when none was due or there is nothing to compare with */
  add(atMs: number, { levels }: Thumbnail): number | null {
    if (levels.length !== this.#previous.length) {
      this.#begin(levels, atMs);
      return null;
    }
    const elapsedMs = this.#sampledAt === null ? null : atMs - this.#sampledAt;
    if (elapsedMs !== null && elapsedMs < SAMPLE_INTERVAL_MS) return null;
    this.#sampledAt = atMs;
    if (elapsedMs === null) {
      this.#previous.set(levels);
      this.forgetSway();
      return null;
    }
    this.#markMoving(levels);
    this.#filter(levels, elapsedMs);
    this.#previous.set(levels);
    return elapsedMs;
  }

  /** Small movement of a block, levels. */
  sway(block: number): number {
    return sqrt(this.#power[block]);
  }

  /** Small movement counts from here on: what moved by a lot leaves steps that would look like it. */
  forgetSway(): void {
    this.#fast.set(this.#previous);
    this.#slow.set(this.#previous);
    this.#power.fill(0);
  }

  /** Forgets the picture: the next one is not compared with it. */
  interrupt(): void {
    this.#sampledAt = null;
    this.moving.fill(0);
  }

  #begin(levels: Float32Array, atMs: number): void {
    this.#previous = Float32Array.from(levels);
    this.#fast = Float32Array.from(levels);
    this.#slow = Float32Array.from(levels);
    this.#power = new Float32Array(levels.length);
    this.moving = new Uint8Array(levels.length);
    this.#sampledAt = atMs;
  }

  #markMoving(levels: Float32Array): void {
    let count = 0;
    for (let block = 0; block < levels.length; block++) {
      const moves = abs(levels[block] - this.#previous[block]) > MOVING_CHANGE ? 1 : 0;
      this.moving[block] = moves;
      count += moves;
    }
    this.changedWholly = count > WHOLE_PICTURE * levels.length;
    if (!this.changedWholly) return;
    this.moving.fill(0);
    this.#previous.set(levels);
    this.forgetSway();
  }

  #filter(levels: Float32Array, elapsedMs: number): void {
    const fast = 1 - exp(-elapsedMs / FAST_MS);
    const slow = 1 - exp(-elapsedMs / SLOW_MS);
    const power = 1 - exp(-elapsedMs / POWER_MS);
    for (let block = 0; block < levels.length; block++) {
      this.#fast[block] += fast * (levels[block] - this.#fast[block]);
      this.#slow[block] += slow * (levels[block] - this.#slow[block]);
      const difference = this.#fast[block] - this.#slow[block];
      this.#power[block] += power * (difference * difference - this.#power[block]);
    }
  }
}
