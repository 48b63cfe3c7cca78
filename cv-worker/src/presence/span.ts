/** Something that is seen again and again, with short gaps. */
export class Span {
  readonly #gapMs: number;
  #from: number | null = null;
  #last = 0;

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /** When it began; null while it is not seen. */
  get from(): number | null {
    return this.#from;
  }

  /** @returns how long it has lasted, ms; 0 while it is not seen */
  update(seen: boolean, atMs: number): number {
    if (this.#from !== null && atMs - this.#last > this.#gapMs) this.#from = null;
    if (seen) {
      this.#from ??= atMs;
      this.#last = atMs;
    }
    return this.#from === null ? 0 : atMs - this.#from;
  }

  reset(): void {
    this.#from = null;
  }
}
