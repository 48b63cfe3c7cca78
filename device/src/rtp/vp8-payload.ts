import { isVp8KeyFrame } from '../encoder/ivf.ts';
import type { TemporalPicture } from '../encoder/temporal-pattern.ts';
import type { EncodedFrame } from '../media/frame.ts';

/**
 * Largest RTP payload, bytes: with 12 of RTP header, 8 of header extension, 16 of GCM tag, 2 of retransmission,
 * 48 of UDP and IPv6 the packet stays under the smallest MTU that a tunnel leaves (1280).
 */
export const MAX_PAYLOAD_BYTES = 1180;

/** Length of the payload descriptor written here, bytes. */
const DESCRIPTOR_BYTES = 6;

const EXTENDED = 0x80;
const NON_REFERENCE = 0x20;
const START_OF_PARTITION = 0x10;
const HAS_PICTURE_ID = 0x80;
const HAS_TL0PICIDX = 0x40;
const HAS_TEMPORAL_LAYER = 0x20;
const LONG_PICTURE_ID = 0x8000;
const LAYER_SYNC = 0x20;

const EMPTY: TemporalPicture = { layer: 1, disposable: true, sync: true };

/** Writes frames of one VP8 layer as RTP payloads (RFC 7741) with a 15-bit picture id and temporal layer ids. */
export class Vp8Packetizer {
  #pictureId: number;
  #tl0PictureIndex: number;

  constructor(random: () => number = Math.random) {
    this.#pictureId = Math.floor(random() * 0x8000);
    this.#tl0PictureIndex = Math.floor(random() * 0x100);
  }

  /** The payloads of the next picture, in order and of nearly equal length. */
  packetize(frame: Pick<EncodedFrame, 'data' | 'temporal'>): Buffer[] {
    const { data, temporal } = frame;
    this.#pictureId = (this.#pictureId + 1) & 0x7fff;
    if (temporal.layer === 0) this.#tl0PictureIndex = (this.#tl0PictureIndex + 1) & 0xff;
    // A key frame refers to nothing: an SFU begins to forward a stream of one size only where this is said.
    const picture = isVp8KeyFrame(data) ? { ...temporal, sync: true } : temporal;
    const count = Math.max(1, Math.ceil(data.length / (MAX_PAYLOAD_BYTES - DESCRIPTOR_BYTES)));
    return Array.from({ length: count }, (_, index) => {
      const start = Math.floor((index * data.length) / count);
      const end = Math.floor(((index + 1) * data.length) / count);
      const payload = Buffer.allocUnsafe(DESCRIPTOR_BYTES + end - start);
      this.#describe(payload, index === 0, picture);
      data.copy(payload, DESCRIPTOR_BYTES, start, end);
      return payload;
    });
  }

  /** A picture without content, which a decoder skips and nothing refers to. */
  empty(): Buffer {
    return this.packetize({ data: Buffer.alloc(0), temporal: EMPTY })[0];
  }

  #describe(payload: Buffer, first: boolean, { layer, disposable, sync }: TemporalPicture): void {
    payload[0] = EXTENDED | (disposable ? NON_REFERENCE : 0) | (first ? START_OF_PARTITION : 0);
    payload[1] = HAS_PICTURE_ID | HAS_TL0PICIDX | HAS_TEMPORAL_LAYER;
    payload.writeUInt16BE(LONG_PICTURE_ID | this.#pictureId, 2);
    payload[4] = this.#tl0PictureIndex;
    payload[5] = (layer << 6) | (sync ? LAYER_SYNC : 0);
  }
}
