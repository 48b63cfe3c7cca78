/** A fact that has to last before it counts, and to be gone for a while before it stops counting. */
export class Debounce {
  readonly #riseMs: number;
  readonly #fallMs: number;
  #value = false;
  #differsSince: number | null = null;

  constructor(riseMs: number, fallMs: number) {
    this.#riseMs = riseMs;
    this.#fallMs = fallMs;
  }

  get value(): boolean {
    return this.#value;
  }

  /** @returns true when the settled value changed */
  update(raw: boolean, nowMs: number): boolean {
    if (raw === this.#value) {
      this.#differsSince = null;
      return false;
    }
    this.#differsSince ??= nowMs;
    if (nowMs - this.#differsSince < (raw ? this.#riseMs : this.#fallMs)) return false;
    this.#value = raw;
    this.#differsSince = null;
    return true;
  }
}
