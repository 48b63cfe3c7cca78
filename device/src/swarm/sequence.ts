const TURN = 0x10000;

/** Makes 16-bit sequence numbers, which begin anew at 65536, into numbers that only rise (RFC 3711, 3.3.1). */
export class SequenceUnwrapper {
  #highest: number | undefined;

  /** The highest seen; undefined before the first. */
  get highest(): number | undefined {
    return this.#highest;
  }

  /** @returns the number with its turns in front; late packets get the turn that they belong to */
  unwrap(sequenceNumber: number): number {
    if (this.#highest === undefined) {
      this.#highest = sequenceNumber;
      return sequenceNumber;
    }
    const ahead = ((sequenceNumber - this.#highest) << 16) >> 16;
    const unwrapped = Math.max(0, this.#highest + ahead);
    if (ahead > 0) this.#highest = unwrapped;
    return unwrapped;
  }
}

/** @returns the 16 bits that a packet carries, and the turns before them */
export function sequenceNumberOf(unwrapped: number): { sequenceNumber: number; turns: number } {
  return { sequenceNumber: unwrapped % TURN, turns: Math.floor(unwrapped / TURN) };
}
