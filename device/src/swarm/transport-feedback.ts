import { SequenceUnwrapper, sequenceNumberOf } from './sequence.ts';

const HEADER_BYTES = 20;
const SYMBOLS_A_CHUNK = 7;
const CHUNK_BYTES = 2;
/** A chunk of seven statuses of two bits each. */
const STATUS_VECTOR = 0xc000;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;
const REFERENCE_MS = 64;
const TICKS_A_MS = 4;
/** What one report covers: with large deltas it stays below an MTU. */
const MAX_PACKETS = 400;
const VERSION_AND_FORMAT = 0x80 | 15;
const PADDING = 0x20;
const TRANSPORT_FEEDBACK = 205;

/**
 * Tells the SFU when each packet of a transport came, as browsers do, so that it knows what the path carries
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01).
 */
export class TransportFeedback {
  readonly #ssrc: number;
  readonly #unwrapper = new SequenceUnwrapper();
  /** Arrival in ticks of 250 µs, by the number with its turns. */
  readonly #arrivals = new Map<number, number>();
  #next: number | undefined;
  #count = 0;

  /** @param ssrc of this end, in its reports */
  constructor(ssrc: number) {
    this.#ssrc = ssrc;
  }

  /** @param now ms of `performance.now()` */
  add(transportSequence: number, now: number): void {
    const unwrapped = this.#unwrapper.unwrap(transportSequence);
    this.#next ??= unwrapped;
    // Reported as lost already: it comes too late to tell anything.
    if (unwrapped < this.#next) return;
    this.#arrivals.set(unwrapped, Math.round(now * TICKS_A_MS));
  }

  /** @param mediaSsrc any stream of the transport; undefined when nothing came since the last report */
  take(mediaSsrc: number): Buffer | undefined {
    const highest = this.#unwrapper.highest;
    if (this.#next === undefined || highest === undefined || this.#arrivals.size === 0) return undefined;
    const base = Math.max(this.#next, highest - MAX_PACKETS + 1);
    const count = highest - base + 1;
    this.#next = highest + 1;
    const packet = this.#write(base, count, mediaSsrc);
    this.#arrivals.clear();
    return packet;
  }

  #write(base: number, count: number, mediaSsrc: number): Buffer {
    const arrivals = Array.from({ length: count }, (_, index) => this.#arrivals.get(base + index));
    const first = arrivals.find((ticks) => ticks !== undefined) ?? 0;
    const reference = Math.floor(first / (REFERENCE_MS * TICKS_A_MS));
    const chunks = Math.ceil(count / SYMBOLS_A_CHUNK);
    const packet = Buffer.alloc(HEADER_BYTES + chunks * CHUNK_BYTES + 2 * count + 4);
    let end = HEADER_BYTES + chunks * CHUNK_BYTES;
    let previous = reference * REFERENCE_MS * TICKS_A_MS;
    for (let chunk = 0; chunk < chunks; chunk++) {
      let bits = STATUS_VECTOR;
      for (let symbol = 0; symbol < SYMBOLS_A_CHUNK; symbol++) {
        const ticks = arrivals[chunk * SYMBOLS_A_CHUNK + symbol];
        if (ticks === undefined) continue;
        const delta = Math.max(-0x8000, Math.min(0x7fff, ticks - previous));
        previous += delta;
        const small = delta >= 0 && delta <= 0xff;
        bits |= (small ? SMALL_DELTA : LARGE_DELTA) << (2 * (SYMBOLS_A_CHUNK - 1 - symbol));
        end = small ? packet.writeUInt8(delta, end) : packet.writeInt16BE(delta, end);
      }
      packet.writeUInt16BE(bits, HEADER_BYTES + chunk * CHUNK_BYTES);
    }
    const padding = (4 - (end % 4)) % 4;
    if (padding > 0) packet[end + padding - 1] = padding;
    packet[0] = VERSION_AND_FORMAT | (padding > 0 ? PADDING : 0);
    packet[1] = TRANSPORT_FEEDBACK;
    packet.writeUInt16BE((end + padding) / 4 - 1, 2);
    packet.writeUInt32BE(this.#ssrc, 4);
    packet.writeUInt32BE(mediaSsrc, 8);
    packet.writeUInt16BE(sequenceNumberOf(base).sequenceNumber, 12);
    packet.writeUInt16BE(count, 14);
    packet.writeUIntBE(reference & 0xffffff, 16, 3);
    packet[19] = this.#count;
    this.#count = (this.#count + 1) & 0xff;
    return packet.subarray(0, end + padding);
  }
}
