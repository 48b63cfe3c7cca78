/** A budget that fills at a rate up to a bound, in whatever unit. Times in ms. */
export class TokenBucket {
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  /** Adds what the time since the last call is worth. */
  refill(perSecond: number, now: number): void {
    const elapsed = now - (this.#filledAt ?? now);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (perSecond * elapsed) / 1000);
  }

  /** @returns false, and takes nothing, when there is less */
  take(amount: number): boolean {
    if (amount > this.#tokens) return false;
    this.#tokens -= amount;
    return true;
  }
}
