/** Free buffers kept: a few frames each of 16 streams are between decoder and analysis at once (7 MB). */
const MAX_FREE = 64;

/** Pixel buffers used again and again, so that 1.7 MB/s a stream need no garbage collection. */
export class FrameBuffers {
  readonly #free: ArrayBuffer[] = [];

  /** @param bytes the exact size; the content is whatever was there */
  allocate(bytes: number): Uint8Array<ArrayBuffer> {
    const index = this.#free.findLastIndex((buffer) => buffer.byteLength === bytes);
    if (index < 0) return new Uint8Array(bytes);
    return new Uint8Array(this.#free.splice(index, 1)[0]);
  }

  /** Gives a buffer back, which nobody may use any more. The longest unused one goes when there are too many. */
  recycle(pixels: Uint8Array<ArrayBuffer>): void {
    this.#free.push(pixels.buffer);
    if (this.#free.length > MAX_FREE) this.#free.shift();
  }

  get free(): number {
    return this.#free.length;
  }
}
