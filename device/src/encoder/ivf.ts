/** Length of the header of an IVF stream and of the header of each of its frames, bytes. */
const STREAM_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

/** A frame larger than this is no frame: an 8 Mbit/s stream's key frame is a tenth of it. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** One encoded picture; `timestamp` counts the stream's own time base. */
export type IvfFrame = { timestamp: number; data: Buffer };

/** Takes an IVF stream apart as it comes out of a pipe, in pieces of any size. */
export class IvfReader {
  #pending: Buffer = Buffer.alloc(0);
  #headerRead = false;

  /**
   * The frames that this piece completes.
   * @throws Error when the bytes are no IVF stream
   */
  read(piece: Buffer): IvfFrame[] {
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    if (!this.#headerRead && !this.#readHeader()) return [];
    const frames: IvfFrame[] = [];
    while (this.#pending.length >= FRAME_HEADER_BYTES) {
      const length = this.#pending.readUInt32LE(0);
      if (length > MAX_FRAME_BYTES) throw new Error(`an IVF frame of ${length} bytes`);
      const end = FRAME_HEADER_BYTES + length;
      if (this.#pending.length < end) break;
      const timestamp = Number(this.#pending.readBigInt64LE(4));
      frames.push({ timestamp, data: this.#pending.subarray(FRAME_HEADER_BYTES, end) });
      this.#pending = this.#pending.subarray(end);
    }
    return frames;
  }

  #readHeader(): boolean {
    if (this.#pending.length < STREAM_HEADER_BYTES) return false;
    if (this.#pending.toString('latin1', 0, 4) !== 'DKIF') throw new Error('no IVF stream');
    this.#pending = this.#pending.subarray(STREAM_HEADER_BYTES);
    this.#headerRead = true;
    return true;
  }
}

/** True when a VP8 frame can be decoded without any other (RFC 6386, 9.1). */
export function isVp8KeyFrame(data: Buffer): boolean {
  return data.length > 0 && (data[0] & 1) === 0;
}
