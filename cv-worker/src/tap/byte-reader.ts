/** The bytes end before the value does. */
export class Underrun extends Error {
  constructor() {
    super('more bytes are needed');
    this.name = 'Underrun';
  }
}

/** 64 bits and more: of what is longer than 2^53 (reserved fields) only the length matters. */
const MAX_VARINT_BYTES = 10;

/** Reads the numbers of the NUT container from a buffer; throws {@link Underrun} at its end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#position;
  }

  peek(): number {
    if (this.#position >= this.#bytes.length) throw new Underrun();
    return this.#bytes[this.#position];
  }

  uint8(): number {
    const byte = this.peek();
    this.#position += 1;
    return byte;
  }

  /** Big-endian, of up to 8 bytes. */
  uint(length: number): bigint {
    let value = 0n;
    for (let index = 0; index < length; index++) value = (value << 8n) | BigInt(this.uint8());
    return value;
  }

  /** Seven bits a byte, highest first; the top bit says that more follow. */
  varint(): number {
    let value = 0;
    for (let length = 1; length <= MAX_VARINT_BYTES; length++) {
      const byte = this.uint8();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is longer than 64 bits');
  }

  /** Zigzag: 0, 1, -1, 2, -2, … */
  signedVarint(): number {
    const value = this.varint() + 1;
    return value % 2 === 1 ? -((value - 1) / 2) : value / 2;
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (this.#position + length > this.#bytes.length) throw new Underrun();
    const view = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return view;
  }
}
