/** A packet as it was sent, without header extensions. */
export type SentPacket = {
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
};

type Kept = SentPacket & { sentAt: number; resentAt: number };

/** Packets kept: two seconds of 2.4 Mbit/s. A power of two divides the sequence numbers evenly. */
const CAPACITY = 512;
/** A receiver does not wait longer for a packet. */
const MAX_AGE_MS = 2000;
/** What is asked for again before the first answer can have arrived is not sent twice. */
const MIN_REPEAT_MS = 20;

/** The last packets of one RTP stream, for answering NACKs (RFC 4585). Times in ms. */
export class RetransmissionBuffer {
  readonly #kept: (Kept | undefined)[] = Array.from({ length: CAPACITY });

  add(packet: SentPacket, now: number): void {
    this.#kept[packet.sequenceNumber % CAPACITY] = { ...packet, sentAt: now, resentAt: -Infinity };
  }

  /**
   * A packet that was reported lost, if it is still worth sending.
   * @param roundTripMs answers under way are not repeated within it
   */
  take(sequenceNumber: number, now: number, roundTripMs: number): SentPacket | undefined {
    const packet = this.#kept[sequenceNumber % CAPACITY];
    if (packet?.sequenceNumber !== sequenceNumber) return undefined;
    if (now - packet.sentAt > MAX_AGE_MS) return undefined;
    if (now - packet.resentAt < Math.max(MIN_REPEAT_MS, roundTripMs)) return undefined;
    packet.resentAt = now;
    return packet;
  }
}
