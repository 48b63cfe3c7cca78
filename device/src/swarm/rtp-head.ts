/** What an SRTP packet says without being decrypted. */
export type RtpHead = {
  readonly payloadType: number;
  readonly sequenceNumber: number;
  /** Of the picture, in ticks of 90 kHz. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** Length of the header with its extension. */
  readonly headerBytes: number;
  /** Counts all packets of the transport, 16 bits; undefined where the packet does not carry it. */
  readonly transportSequence: number | undefined;
};

const FIXED_HEADER_BYTES = 12;
const EXTENSION_FLAG = 0x10;
/** Extensions of one byte of header each (RFC 8285, 4.2). */
const ONE_BYTE_PROFILE = 0xbede;
const STOP_ID = 15;

/**
 * @param transportSequenceId id of the header extension transport-wide-cc, where it was negotiated
 * @returns undefined for what is too short to be an RTP packet
 */
export function readRtpHead(packet: Buffer, transportSequenceId: number | undefined): RtpHead | undefined {
  if (packet.length < FIXED_HEADER_BYTES) return undefined;
  const extensionAt = FIXED_HEADER_BYTES + 4 * (packet[0] & 0x0f);
  const extended = (packet[0] & EXTENSION_FLAG) !== 0 && packet.length >= extensionAt + 4;
  const extensionBytes = extended ? 4 + 4 * packet.readUInt16BE(extensionAt + 2) : 0;
  const headerBytes = extensionAt + extensionBytes;
  if (headerBytes > packet.length) return undefined;
  return {
    payloadType: packet[1] & 0x7f,
    sequenceNumber: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    headerBytes,
    transportSequence:
      extended && transportSequenceId !== undefined
        ? findTwoBytes(packet, extensionAt, headerBytes, transportSequenceId)
        : undefined,
  };
}

function findTwoBytes(packet: Buffer, start: number, end: number, wanted: number): number | undefined {
  if (packet.readUInt16BE(start) !== ONE_BYTE_PROFILE) return undefined;
  for (let at = start + 4; at < end;) {
    const id = packet[at] >> 4;
    const length = (packet[at] & 0x0f) + 1;
    if (id === 0) {
      at += 1;
      continue;
    }
    if (id === STOP_ID) return undefined;
    if (id === wanted) return at + 3 <= end ? packet.readUInt16BE(at + 1) : undefined;
    at += 1 + length;
  }
  return undefined;
}
