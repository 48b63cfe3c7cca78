import { rounded, type PresenceEvent } from './event.ts';

/** Turning over takes a minute; restlessness goes on for longer. */
const WINDOW_MINUTES = 6;
/** The window is kept in pieces of this length, ms. */
const PIECE_MS = 10_000;
const PIECES = (WINDOW_MINUTES * 60_000) / PIECE_MS;
/** Level of movement (0 still, 1 strongest) of somebody who does not lie calmly: as the alert's end. */
const RESTLESS_LEVEL = 0.2;
/** Share of the time at that level: more than a sleeper who turns over or a patient who eats. */
const RESTLESS_SHARE = 0.5;
/** The state ends below this share, so that it is told once and not at each pause. */
const CALM_SHARE = 0.2;
/** Of the window, this much must have been observed without anybody else near, ms. */
const MIN_OBSERVED_MS = 5 * 60_000;
/** After somebody else was near, movement counts again after this, ms. */
const AFTER_CARE_MS = 15_000;

type Piece = { observedMs: number; movingMs: number };

/** Tells prolonged restlessness: movement for a large share of some minutes that is not due to somebody's care. */
export class Restlessness {
  readonly #pieces: Piece[] = Array.from({ length: PIECES }, () => ({ observedMs: 0, movingMs: 0 }));
  #beganAt = Infinity;
  #piece = -1;
  #careUntil = -Infinity;
  #told = false;

  /**
   * @param elapsedMs since the sample before
   * @param level of movement about the patient, 0–1
   * @param inCare whether somebody else is near, or nobody is there
   */
  add(atMs: number, elapsedMs: number, level: number, inCare: boolean): PresenceEvent[] {
    this.#beganAt = Math.min(this.#beganAt, atMs);
    this.#turnTo(Math.floor(atMs / PIECE_MS));
    if (inCare) this.#careUntil = atMs + AFTER_CARE_MS;
    if (atMs < this.#careUntil) return [];
    const piece = this.#pieces[this.#piece % PIECES];
    piece.observedMs += elapsedMs;
    if (level >= RESTLESS_LEVEL) piece.movingMs += elapsedMs;
    return this.#judge(atMs);
  }

  #turnTo(piece: number): void {
    if (piece === this.#piece) return;
    const passed = Math.min(PIECES, piece - this.#piece);
    for (let i = 0; i < passed; i++) {
      const emptied = this.#pieces[(piece - i) % PIECES];
      emptied.observedMs = emptied.movingMs = 0;
    }
    this.#piece = piece;
  }

  #judge(atMs: number): PresenceEvent[] {
    let observedMs = 0;
    let movingMs = 0;
    for (const piece of this.#pieces) {
      observedMs += piece.observedMs;
      movingMs += piece.movingMs;
    }
    const share = movingMs / observedMs;
    if (share < CALM_SHARE) this.#told = false;
    if (this.#told || observedMs < MIN_OBSERVED_MS || share < RESTLESS_SHARE) return [];
    this.#told = true;
    const evidence = { movingShare: rounded(share), minutesObserved: rounded(observedMs / 60_000) };
    const startedAt = Math.max(this.#beganAt, atMs - WINDOW_MINUTES * 60_000);
    // The more of the time somebody moved, the clearer.
    return [{ event: 'restless', confidence: rounded(share), at: atMs, startedAt, evidence }];
  }
}
