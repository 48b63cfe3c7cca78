import type { Extension } from './rtp-extensions.ts';
import type { IceCredentials } from './stun.ts';

/** A stream of the transport that a case goes to: one that it sends, or is sent. */
export type KnownStream = {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly rtxSsrc: number;
  readonly rtxPayloadType: number;
  /** A payload that is in order. */
  readonly picture: Buffer;
  /** With what its packets are known for its own, where that is not the SSRC alone. */
  readonly names?: Extension;
};

/** What a case needs to know of the end from which it is sent: keys and numbers are others at each run. */
export type MediaEnd = {
  readonly credentials: IceCredentials;
  readonly streams: readonly KnownStream[];
  /** That the network carries in one piece, bytes, with all that encrypting adds. */
  readonly largestPacket: number;
  /** The sequence number that comes next in a stream. */
  nextSequence(ssrc: number): number;
  /** Encrypts a whole RTP packet, whatever is in it; at least 12 bytes. */
  sealRtp(packet: Buffer): Buffer;
  /** Encrypts a compound RTCP packet, whatever is in it; at least 8 bytes. */
  sealRtcp(packet: Buffer): Buffer;
  /** Encrypts a DTLS record of any content type. */
  sealDtls(type: number, fragment: Buffer): Buffer;
};

/** Makes the packet of a case. It is asked once, right before the packet is sent. */
export type Recipe = (end: MediaEnd) => Buffer;
