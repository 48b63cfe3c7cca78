import type { types } from 'mediasoup';

/** One packet of VP8 as a viewer gets it. */
export type ViewedPacket = {
  sequenceNumber: number;
  timestamp: number;
  /** Starts a key frame. */
  key: boolean;
  /** Height told by a key frame. */
  height: number | undefined;
  at: number;
};

const RTP_HEADER_BYTES = 12;
/** As the sender writes it: X, then I, L and T with a picture id of two bytes. */
const DESCRIPTOR_BYTES = 6;
const START_CODE_BYTES = 3;

/** A viewer inside the server's process: all packets of a producer, through a DirectTransport. */
export async function view(
  router: types.Router,
  producerId: string,
): Promise<{ consumer: types.Consumer; packets: ViewedPacket[] }> {
  const transport = await router.createDirectTransport();
  const { rtpCapabilities } = router;
  const consumer = await transport.consume({ producerId, rtpCapabilities });
  const packets: ViewedPacket[] = [];
  consumer.on('rtp', (packet) => packets.push(readPacket(packet)));
  return { consumer, packets };
}

function readPacket(packet: Buffer): ViewedPacket {
  const extension = (packet[0] & 0x10) === 0 ? 0 : 4 + 4 * packet.readUInt16BE(RTP_HEADER_BYTES + 2);
  const payload = packet.subarray(RTP_HEADER_BYTES + extension);
  const frame = payload.subarray(DESCRIPTOR_BYTES);
  const key = (payload[0] & 0x17) === 0x10 && (frame[0] & 1) === 0;
  return {
    sequenceNumber: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    key,
    height: key ? frame.readUInt16LE(START_CODE_BYTES + 5) & 0x3fff : undefined,
    at: performance.now(),
  };
}
