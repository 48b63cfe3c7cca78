/** More than a patient's observations of two minutes, and more than one batch of a worker. */
const REMEMBERED = 500;

/** Remembers what was seen lately, so that a batch that is posted again counts once. */
export class RecentIds {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= REMEMBERED) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
