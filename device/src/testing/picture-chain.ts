import type { types } from 'mediasoup';

const RTP_HEADER_BYTES = 12;
/** As the sender writes it: X, then I, L and T with a picture id of two bytes. */
const DESCRIPTOR_BYTES = 6;

/** A decoder that shows nothing new for so long asks for a key frame, ms. */
const STUCK_MS = 500;

type Piece = { sequenceNumber: number; marker: boolean; start: boolean };
type Picture = {
  pieces: Map<number, Piece>;
  key: boolean;
  layer: number;
  tl0: number;
  /** Refers to the base layer only. */
  sync: boolean;
  completeAt: number | undefined;
};

/**
 * What a viewer without repair of its own can decode of a VP8 stream with temporal layers: pictures that are complete
 * and whose references are. Packets may come late and in any order.
 */
export class PictureChain {
  readonly #pictures = new Map<number, Picture>();

  /** Follows all that the SFU passes on of one spatial layer. */
  static async follow(router: types.Router, producerId: string, spatialLayer: number): Promise<PictureChain> {
    const transport = await router.createDirectTransport();
    const { rtpCapabilities } = router;
    const preferredLayers = { spatialLayer, temporalLayer: 2 };
    const consumer = await transport.consume({ producerId, rtpCapabilities, preferredLayers });
    const chain = new PictureChain();
    consumer.on('rtp', (packet) => chain.add(packet, performance.now()));
    const timer = setInterval(() => {
      if (performance.now() - (chain.decodable().at(-1) ?? 0) > STUCK_MS) void consumer.requestKeyFrame();
    }, STUCK_MS);
    consumer.observer.once('close', () => clearInterval(timer));
    return chain;
  }

  add(packet: Buffer, now: number): void {
    const extension = (packet[0] & 0x10) === 0 ? 0 : 4 + 4 * packet.readUInt16BE(RTP_HEADER_BYTES + 2);
    const payload = packet.subarray(RTP_HEADER_BYTES + extension);
    if (payload.length <= DESCRIPTOR_BYTES) return;
    const timestamp = packet.readUInt32BE(4);
    const start = (payload[0] & 0x10) !== 0;
    const picture = this.#pictures.get(timestamp) ?? {
      pieces: new Map<number, Piece>(),
      key: false,
      layer: payload[5] >> 6,
      tl0: payload[4],
      sync: (payload[5] & 0x20) !== 0,
      completeAt: undefined,
    };
    this.#pictures.set(timestamp, picture);
    const sequenceNumber = packet.readUInt16BE(2);
    picture.pieces.set(sequenceNumber, { sequenceNumber, start, marker: (packet[1] & 0x80) !== 0 });
    if (start && (payload[DESCRIPTOR_BYTES] & 1) === 0) picture.key = true;
    if (picture.completeAt === undefined && isComplete(picture)) picture.completeAt = now;
  }

  /** When each decodable picture could be shown first, in the order of the pictures; ms. */
  decodable(): number[] {
    const shown: number[] = [];
    let base: number | undefined;
    let upper = false;
    for (const [, picture] of [...this.#pictures].sort(([a], [b]) => a - b)) {
      const whole = picture.completeAt !== undefined;
      const follows = picture.key || (base !== undefined && ((base + 1) & 0xff) === picture.tl0);
      if (picture.layer === 0) {
        if (!whole || !follows) {
          if (!follows || !whole) base = whole && picture.key ? picture.tl0 : undefined;
          continue;
        }
        base = picture.tl0;
        upper = false;
      } else if (!whole || base !== picture.tl0 || !(picture.sync || upper)) {
        if (picture.layer === 1) upper = false;
        continue;
      } else if (picture.layer === 1) {
        upper = true;
      }
      shown.push(Math.max(picture.completeAt ?? 0, shown.at(-1) ?? 0));
    }
    return shown;
  }
}

function isComplete({ pieces }: Picture): boolean {
  const all = [...pieces.values()];
  const first = all.find(({ start }) => start);
  const last = all.find(({ marker }) => marker);
  if (!first || !last) return false;
  return ((last.sequenceNumber - first.sequenceNumber) & 0xffff) + 1 === pieces.size;
}
