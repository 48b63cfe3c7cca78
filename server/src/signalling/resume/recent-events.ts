/** Longest that an event is kept, ms: as long as a broken connection may be taken up, and until it was noticed. */
export const KEEP_MS = 45_000;
/** What is kept of all rooms together: far more than a ward says in that time, and little beside its media. */
export const MAX_EVENTS = 2_000;
export const MAX_BYTES = 2_000_000;

/** An event as Socket.IO sends it, and to whom: no room means everybody. */
export type SentEvent = {
  rooms: ReadonlySet<string>;
  except: ReadonlySet<string>;
  data: readonly unknown[];
};

type Kept = SentEvent & { number: number; at: number; bytes: number };

/**
 * The last events that a namespace sent, numbered, for those whose connection broke. Bounded in time, number and
 * bytes; what was forgotten before its time is known, so that nobody is told that nothing was missed.
 */
export class RecentEvents {
  readonly #clock: () => number;
  readonly #kept: Kept[] = [];
  #number = 0;
  #bytes = 0;
  /** The last event that was forgotten before its time. */
  #forgotten = { number: 0, at: Number.NEGATIVE_INFINITY };

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @returns the event's number */
  add(event: SentEvent): number {
    const bytes = JSON.stringify(event.data).length;
    this.#number += 1;
    this.#kept.push({ ...event, number: this.#number, at: this.#clock(), bytes });
    this.#bytes += bytes;
    this.#forget();
    return this.#number;
  }

  /**
   * The data of the events after this number that went to one of these rooms.
   * @param goneBy when the connection was noticed to have broken: what was sent long before has arrived
   * @returns null where some of them may be forgotten
   */
  missed(number: number, rooms: readonly string[], goneBy: number): (readonly unknown[])[] | null {
    if (!Number.isInteger(number) || number > this.#number) return null;
    if (number < this.#forgotten.number && this.#forgotten.at > goneBy - KEEP_MS) return null;
    return this.#kept.filter((event) => event.number > number && isFor(event, rooms)).map(({ data }) => data);
  }

  #forget(): void {
    const old = this.#clock() - KEEP_MS;
    let count = 0;
    while (count < this.#kept.length) {
      const oldest = this.#kept[count];
      if (oldest === undefined) break;
      const full = this.#kept.length - count > MAX_EVENTS || this.#bytes > MAX_BYTES;
      if (oldest.at >= old && !full) break;
      if (oldest.at >= old) this.#forgotten = { number: oldest.number, at: oldest.at };
      this.#bytes -= oldest.bytes;
      count += 1;
    }
    this.#kept.splice(0, count);
  }
}

function isFor({ rooms, except }: SentEvent, own: readonly string[]): boolean {
  return (rooms.size === 0 || own.some((room) => rooms.has(room))) && !own.some((room) => except.has(room));
}
