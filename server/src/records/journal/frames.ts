/**
 * Entries on disk: length and CRC-32 of the payload (unsigned 32 bits each, little endian), then the payload. A crash
 * leaves at most an incomplete last frame, which the length or the checksum gives away.
 */
import { crc32 } from 'node:zlib';

const HEADER_BYTES = 8;
/** Larger than any message that Haven accepts; a length beyond it is damage, not an entry. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;

export function encodeFrame(payload: string): Buffer {
  const body = Buffer.from(payload, 'utf8');
  if (body.length === 0 || body.length > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`a journal entry has 1 to ${MAX_PAYLOAD_BYTES} bytes, not ${body.length}`);
  }
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(crc32(body), 4);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

/** @returns the payloads of the whole frames, and how many bytes behind them are none */
export function decodeFrames(content: Buffer): { payloads: string[]; tornBytes: number } {
  const payloads: string[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= content.length) {
    const length = content.readUInt32LE(offset);
    const end = offset + HEADER_BYTES + length;
    if (length === 0 || length > MAX_PAYLOAD_BYTES || end > content.length) break;
    const body = content.subarray(offset + HEADER_BYTES, end);
    if (crc32(body) !== content.readUInt32LE(offset + 4)) break;
    payloads.push(body.toString('utf8'));
    offset = end;
  }
  return { payloads, tornBytes: content.length - offset };
}
