/** Share of the person's blocks that move when somebody gets up; a turn of the head or an arm moves fewer. */
const GETTING_UP = 0.15;
/** So many moving blocks at the picture's edge are somebody who comes or goes. */
const EDGE_BLOCKS = 2;
/** Who leaves reaches the edge after the place began to move by this, ms: later than who sits up beside it. */
const SOONEST_MS = 400;
/** ... and at most so long after the place last moved: an old person's way through the room, ms. */
const LATEST_MS = 15_000;
/** Whoever came in just before the place began to move may be helping, ms. */
const HELP_MS = 5000;
/** Getting up pauses; after so long without movement the next is another attempt, ms. */
const PAUSE_MS = 5000;
/** A departure counts for this long: then whatever became of it has been judged, ms. */
const FORGET_MS = 30_000;

/** How somebody left: times in ms on the frames' clock. */
export type Departure = {
  /** The first large movement at the place. */
  startedAt: number;
  /** The last movement at the picture's edge. */
  leftAt: number;
  /** Largest share of the person's blocks that moved at once. */
  movingShare: number;
  /** Somebody had come in before: the patient may have been helped, or taken away. */
  accompanied: boolean;
};

/** Follows large movement from the patient's place to the edge of the picture. */
export class ExitTrack {
  #startedAt: number | null = null;
  #placeAt = -Infinity;
  #edgeAt = -Infinity;
  #leftAt: number | null = null;
  #movingShare = 0;
  #accompanied = false;

  /**
   * @param movingShare share of the person's blocks that move by a lot, 0–1
   * @param edgeBlocks how many blocks at the picture's edge, beside head and chest, move by a lot
   */
  add(atMs: number, movingShare: number, edgeBlocks: number): void {
    if (atMs - Math.max(this.#placeAt, this.#leftAt ?? this.#placeAt) > FORGET_MS) this.reset();
    if (movingShare >= GETTING_UP) this.#move(atMs, movingShare);
    if (edgeBlocks < EDGE_BLOCKS) return;
    this.#edgeAt = atMs;
    if (this.#startedAt === null || atMs - this.#placeAt > LATEST_MS) return;
    if (atMs - this.#startedAt >= SOONEST_MS) this.#leftAt = atMs;
  }

  /** What looks like somebody who left; who is still there shows in the picture. */
  get departure(): Departure | null {
    if (this.#startedAt === null || this.#leftAt === null) return null;
    return {
      startedAt: this.#startedAt,
      leftAt: this.#leftAt,
      movingShare: this.#movingShare,
      accompanied: this.#accompanied,
    };
  }

  reset(): void {
    this.#startedAt = null;
    this.#leftAt = null;
    this.#movingShare = 0;
    this.#accompanied = false;
  }

  #move(atMs: number, movingShare: number): void {
    if (this.#startedAt === null || atMs - this.#placeAt > PAUSE_MS) {
      this.reset();
      this.#startedAt = atMs;
      this.#accompanied = atMs - this.#edgeAt < HELP_MS;
    }
    this.#placeAt = atMs;
    this.#movingShare = Math.max(this.#movingShare, movingShare);
  }
}
