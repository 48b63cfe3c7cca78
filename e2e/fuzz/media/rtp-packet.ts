import { uint16, uint32 } from './buffers.ts';

const PADDED = 0x20;
const EXTENDED = 0x10;
const VERSION = 0x80;
const MARKER = 0x80;

/** An RTP packet that need not keep what it says. */
export type RtpPacket = {
  ssrc: number;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  marker?: boolean;
  csrcs?: { claimed: number; given: Buffer };
  extension?: { profile: number; claimedWords: number; value: Buffer };
  payload: Buffer;
  /** What the last byte says of the padding's length. */
  padding?: number;
};

export function writeRtp(packet: RtpPacket): Buffer {
  const { ssrc, payloadType, sequenceNumber, timestamp, marker = false } = packet;
  const { csrcs, extension, payload, padding } = packet;
  const flags =
    VERSION |
    (padding === undefined ? 0 : PADDED) |
    (extension === undefined ? 0 : EXTENDED) |
    ((csrcs?.claimed ?? 0) & 0x0f);
  return Buffer.concat([
    Buffer.from([flags, (marker ? MARKER : 0) | (payloadType & 0x7f)]),
    ...[uint16(sequenceNumber), uint32(timestamp), uint32(ssrc), csrcs?.given ?? Buffer.alloc(0)],
    ...(extension === undefined
      ? []
      : [uint16(extension.profile), uint16(extension.claimedWords), extension.value]),
    ...[payload, padding === undefined ? Buffer.alloc(0) : Buffer.from([padding])],
  ]);
}
