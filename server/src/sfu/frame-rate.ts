import type { types } from 'mediasoup';
import { z } from 'zod';

/** Of video in RTP (RFC 3551), Hz. */
const CLOCK_RATE = 90_000;
/** Halfway round the 32 bits of a timestamp: what is further ahead is behind. */
const HALF = 2 ** 31;

/** What mediasoup says of each RTP packet while it is asked to trace them. */
const packetSchema = z.object({
  isRtx: z.boolean(),
  rtpPacket: z.object({ ssrc: z.number(), timestamp: z.number() }),
});

/**
 * Pictures a second by their own times, which neither jitter nor a burst changes; null of fewer than two.
 * @param timestamps of the packets of one layer, in any order
 */
export function frameRateOf(timestamps: readonly number[]): number | null {
  const [first] = timestamps;
  if (first === undefined) return null;
  const since = (timestamp: number) => ((timestamp - first + HALF + 2 ** 32) % 2 ** 32) - HALF;
  const frames = [...new Set(timestamps)].map(since);
  const ticks = Math.max(...frames) - Math.min(...frames);
  return ticks === 0 ? null : ((frames.length - 1) * CLOCK_RATE) / ticks;
}

/**
 * Looks at every packet of a producer for a while.
 * @returns pictures a second of its quickest layer; null when hardly anything came
 */
export async function measureFrameRate(producer: types.Producer, forMs: number): Promise<number | null> {
  const layers = new Map<number, number[]>();
  const keep = ({ info }: types.ProducerTraceEventData): void => {
    const packet = packetSchema.safeParse(info).data;
    if (packet === undefined || packet.isRtx) return;
    const { ssrc, timestamp } = packet.rtpPacket;
    const timestamps = layers.get(ssrc) ?? [];
    timestamps.push(timestamp);
    layers.set(ssrc, timestamps);
  };
  producer.on('trace', keep);
  try {
    await producer.enableTraceEvent(['rtp']);
    await new Promise((resolve) => setTimeout(resolve, forMs));
    if (!producer.closed) await producer.enableTraceEvent([]);
  } finally {
    producer.off('trace', keep);
  }
  const rates = [...layers.values()].map(frameRateOf).filter((rate) => rate !== null);
  return rates.length === 0 ? null : Math.max(...rates);
}
