/** Without a picture for this long the decoder probably waits for a key frame, ms. */
const KEY_FRAME_AFTER_MS = 1500;
/**
 * While none comes the wait doubles up to this, ms: a device that is slow to start a key frame must not be told to
 * start anew before it has one.
 */
const MAX_KEY_FRAME_WAIT_MS = 4000;
/** Key frames are large: damage asks for one no more often than this, ms. */
const KEY_FRAME_INTERVAL_MS = 1000;
/** Pictures came and stopped: key frames did not help, so the decoder is replaced, ms. */
export const STALL_MS = 5000;
/** Nothing came since the decoder listens: more likely the device than the decoder, ms. */
export const FIRST_FRAME_MS = 10_000;

export type Remedy = 'key-frame' | 'restart' | null;

/** Decides from the times of pictures and damage when to ask for a key frame and when to replace the decoder. */
export class FrameWatch {
  readonly #startedAt: number;
  #lastFrameAt: number | null = null;
  #lastRequestAt: number;
  #wait = KEY_FRAME_AFTER_MS;
  #damaged = false;

  /** @param now when the packets began to flow, which begins with a key frame */
  constructor(now: number) {
    this.#startedAt = now;
    this.#lastRequestAt = now;
  }

  frame(now: number): void {
    this.#lastFrameAt = now;
    this.#wait = KEY_FRAME_AFTER_MS;
  }

  /** The decoder complained: what it shows may be wrong until the next key frame. */
  damage(): void {
    this.#damaged = true;
  }

  /** To be asked several times a second. */
  check(now: number): Remedy {
    const silence = now - (this.#lastFrameAt ?? this.#startedAt);
    if (silence >= (this.#lastFrameAt === null ? FIRST_FRAME_MS : STALL_MS)) return 'restart';
    const sinceRequest = now - this.#lastRequestAt;
    const waiting = silence >= KEY_FRAME_AFTER_MS && sinceRequest >= this.#wait;
    if (!waiting && !(this.#damaged && sinceRequest >= KEY_FRAME_INTERVAL_MS)) return null;
    if (waiting) this.#wait = Math.min(2 * this.#wait, MAX_KEY_FRAME_WAIT_MS);
    this.#lastRequestAt = now;
    this.#damaged = false;
    return 'key-frame';
  }
}
