import { RtcpSenderInfo, RtcpSrPacket, RtpHeader, type RtcpPacket } from 'werift';
import type { EncodedFrame } from '../media/frame.ts';
import type { TokenBucket } from '../media/token-bucket.ts';
import { absoluteSendTime, ntpTime, VIDEO_CLOCK_RATE } from './clocks.ts';
import { RetransmissionBuffer, type SentPacket } from './retransmission-buffer.ts';
import { Vp8Packetizer } from './vp8-payload.ts';

/** Where packets go: a DTLS transport, or a test. */
export type PacketWriter = {
  sendRtp(payload: Buffer, header: RtpHeader): unknown;
  sendRtcp(packets: RtcpPacket[]): unknown;
};

export type LayerIdentity = {
  ssrc: number;
  payloadType: number;
  /** Retransmissions go on a stream of their own (RFC 4588) where that was negotiated. */
  rtx: { ssrc: number; payloadType: number } | undefined;
  /** Id of the header extension abs-send-time, by which the receiver estimates the rate. */
  absSendTimeId: number | undefined;
};

/** A layer that sent nothing for so long rests. */
const RESTING_MS = 400;

/** Sends one layer as an RTP stream, answers its NACKs and reports its clock. Times in ms of `performance.now()`. */
export class LayerSender {
  readonly #identity: LayerIdentity;
  readonly #writer: PacketWriter;
  readonly #packetizer = new Vp8Packetizer();
  readonly #sent = new RetransmissionBuffer();
  /** Starting points are random, so that nothing can be guessed about the encrypted packets (RFC 3550, 5.1). */
  readonly #timestampOffset = randomInteger(2 ** 32);
  #sequenceNumber = randomInteger(2 ** 15);
  #rtxSequenceNumber = randomInteger(2 ** 15);
  /** Sent again with the next picture. */
  readonly #again: number[] = [];
  #packets = 0;
  #payloadBytes = 0;
  #wireBytes = 0;
  #lastSentAt = -Infinity;

  constructor(identity: LayerIdentity, writer: PacketWriter) {
    this.#identity = identity;
    this.#writer = writer;
  }

  get ssrc(): number {
    return this.#identity.ssrc;
  }

  /** Bytes of RTP payload sent so far, retransmissions included. */
  get bytesSent(): number {
    return this.#wireBytes;
  }

  /** @param twice once more with the next picture: losses come in bursts, and much may refer to this one */
  send(frame: EncodedFrame, now: number, twice = false): void {
    for (const sequenceNumber of this.#again.splice(0)) this.#resendOne(sequenceNumber, now, 0);
    const before = this.#sequenceNumber;
    this.#sendPayloads(this.#packetizer.packetize(frame), this.#timestamp(frame.timeMs), now);
    if (!twice) return;
    for (let number = before; number !== this.#sequenceNumber;) {
      number = (number + 1) & 0xffff;
      this.#again.push(number);
    }
  }

  /**
   * Keeps a layer alive that rests because nobody watches it or its encoder is being started: the SFU would otherwise take it for dead after 1.5 s, and would not go back to
   * it before it had run for 2 s again.
   */
  keepAlive(now: number): void {
    if (this.#packets === 0 || now - this.#lastSentAt < RESTING_MS) return;
    this.#sendPayloads([this.#packetizer.empty()], this.#timestamp(now), now);
  }

  /** Sends again what was lost, unless it is too old to help or `budget` (bytes) is used up. */
  resend(sequenceNumbers: readonly number[], now: number, roundTripMs: number, budget: TokenBucket): void {
    for (const sequenceNumber of sequenceNumbers) {
      if (!this.#resendOne(sequenceNumber, now, roundTripMs, budget)) return;
    }
  }

  /** @returns false when the budget is used up */
  #resendOne(sequenceNumber: number, now: number, roundTripMs: number, budget?: TokenBucket): boolean {
    const { payloadType, ssrc, rtx } = this.#identity;
    const packet = this.#sent.take(sequenceNumber, now, roundTripMs);
    if (!packet) return true;
    if (budget?.take(packet.payload.length) === false) return false;
    if (!rtx) {
      this.#write(packet, payloadType, ssrc);
      return true;
    }
    this.#rtxSequenceNumber = (this.#rtxSequenceNumber + 1) & 0xffff;
    const payload = Buffer.allocUnsafe(packet.payload.length + 2);
    payload.writeUInt16BE(sequenceNumber, 0);
    packet.payload.copy(payload, 2);
    const resent = { ...packet, sequenceNumber: this.#rtxSequenceNumber, payload };
    this.#write(resent, rtx.payloadType, rtx.ssrc);
    return true;
  }

  /** Ties the layer's timestamps to the wall clock, which switching between layers needs; none before a packet. */
  report(now: number): RtcpSrPacket | undefined {
    if (this.#packets === 0) return undefined;
    return new RtcpSrPacket({
      ssrc: this.#identity.ssrc,
      senderInfo: new RtcpSenderInfo({
        ntpTimestamp: ntpTime(now),
        rtpTimestamp: this.#timestamp(now),
        packetCount: this.#packets >>> 0,
        octetCount: this.#payloadBytes >>> 0,
      }),
    });
  }

  #sendPayloads(payloads: readonly Buffer[], timestamp: number, now: number): void {
    for (const [index, payload] of payloads.entries()) {
      this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
      const marker = index === payloads.length - 1;
      const packet = { sequenceNumber: this.#sequenceNumber, timestamp, marker, payload };
      this.#sent.add(packet, now);
      this.#packets++;
      this.#lastSentAt = now;
      this.#payloadBytes += payload.length;
      this.#write(packet, this.#identity.payloadType, this.#identity.ssrc);
    }
  }

  #timestamp(timeMs: number): number {
    return (Math.round((timeMs * VIDEO_CLOCK_RATE) / 1000) + this.#timestampOffset) % 2 ** 32;
  }

  #write(packet: SentPacket, payloadType: number, ssrc: number): void {
    const { absSendTimeId } = this.#identity;
    const extensions =
      absSendTimeId === undefined
        ? []
        : [{ id: absSendTimeId, payload: absoluteSendTime(performance.now()) }];
    const { sequenceNumber, timestamp, marker, payload } = packet;
    this.#wireBytes += payload.length;
    this.#writer.sendRtp(
      payload,
      new RtpHeader({
        version: 2,
        payloadType,
        ssrc,
        sequenceNumber,
        timestamp,
        marker,
        extension: extensions.length > 0,
        extensions,
      }),
    );
  }
}

function randomInteger(below: number): number {
  return Math.floor(Math.random() * below);
}
