/** The shortest round trip of so many reports says whether they waited: a single one may be late for any reason. */
const RECENT = 4;
/** A queue on the path that is worth the name, ms. */
const QUEUE_MS = 80;
/** The path's own round trip is looked for in so many reports: another network may have a longer one. */
const REMEMBERED = 120;

/** Tells by the round trips whether packets wait on the path: where they do not, less to send would not be lost less. */
export class QueueWatch {
  #roundTrips: number[] = [];

  add(roundTripMs: number): void {
    this.#roundTrips = [...this.#roundTrips, roundTripMs].slice(-REMEMBERED);
  }

  /** True also while it is not known. */
  get waiting(): boolean {
    if (this.#roundTrips.length < RECENT) return true;
    return Math.min(...this.#roundTrips.slice(-RECENT)) > Math.min(...this.#roundTrips) + QUEUE_MS;
  }
}
