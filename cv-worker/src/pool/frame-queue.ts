import type { TapFrame } from '../tap/frame-gate.ts';

/** Frames of one stream that may wait: older ones are worth less than the delay that they would add (0.2 s). */
export const MAX_QUEUED_FRAMES = 3;

/** A frame that waits, and when it came (by `performance.now()`). */
export type QueuedFrame = { frame: TapFrame; arrivedAt: number };

/** Frames of one stream that wait for their thread; when there are too many, the oldest goes. */
export class FrameQueue {
  readonly #frames: QueuedFrame[] = [];

  get length(): number {
    return this.#frames.length;
  }

  /** Returns the frame that had to go. What it said of a discontinuity is true of its successor too. */
  push(queued: QueuedFrame): TapFrame | null {
    this.#frames.push(queued);
    if (this.#frames.length <= MAX_QUEUED_FRAMES) return null;
    const dropped = this.#frames.shift()!.frame;
    const next = this.#frames[0];
    if (dropped.discontinuity) this.#frames[0] = { ...next, frame: { ...next.frame, discontinuity: true } };
    return dropped;
  }

  shift(): QueuedFrame | null {
    return this.#frames.shift() ?? null;
  }

  /** Empties it and returns what was in it. */
  clear(): TapFrame[] {
    return this.#frames.splice(0).map(({ frame }) => frame);
  }
}
