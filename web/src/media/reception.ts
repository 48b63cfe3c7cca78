import type { ClientStatistics } from '@haven/protocol';
import { z } from 'zod';

/** What is needed of W3C's webrtc-stats. Times are in seconds, all but jitter and round trip totals since the start. */
const inboundSchema = z.object({
  type: z.literal('inbound-rtp'),
  id: z.string(),
  kind: z.literal('video'),
  trackIdentifier: z.string().optional(),
  framesDecoded: z.number().default(0),
  framesDropped: z.number().default(0),
  freezeCount: z.number().default(0),
  totalFreezesDuration: z.number().default(0),
  packetsReceived: z.number().default(0),
  /** May fall: a packet that came late after all is lost no more. */
  packetsLost: z.number().default(0),
  totalDecodeTime: z.number().default(0),
  totalProcessingDelay: z.number().default(0),
  jitter: z.number().optional(),
});
const pairSchema = z.object({
  type: z.literal('candidate-pair'),
  nominated: z.literal(true),
  currentRoundTripTime: z.number(),
});
type Inbound = z.infer<typeof inboundSchema>;

/** What a browser has received until now, by the id of each stream's statistics. */
export type Reception = { inbound: ReadonlyMap<string, Inbound>; roundTrip: number | null };

export const NOTHING_RECEIVED: Reception = { inbound: new Map(), roundTrip: null };

/** @param report the values of an RTCStatsReport */
export function readReception(report: Iterable<unknown>): Reception {
  const inbound = new Map<string, Inbound>();
  let roundTrip: number | null = null;
  for (const stats of report) {
    const stream = inboundSchema.safeParse(stats);
    if (stream.success) inbound.set(stream.data.id, stream.data);
    roundTrip = pairSchema.safeParse(stats).data?.currentRoundTripTime ?? roundTrip;
  }
  return { inbound, roundTrip };
}

/**
 * What came between two readings; null when nothing is received. A stream that began in between counts whole.
 * @param heldBack tracks that were paused on purpose meanwhile: a browser takes a short pause for a freeze
 */
export function receptionSince(
  before: Reception,
  now: Reception,
  heldBack: ReadonlySet<string> = new Set(),
): ClientStatistics | null {
  if (now.inbound.size === 0) return null;
  const streams = [...now.inbound.values()];
  const moving = streams.filter(({ trackIdentifier: id }) => id === undefined || !heldBack.has(id));
  const grown = (read: (stream: Inbound) => number, of: readonly Inbound[] = streams): number =>
    of.reduce((sum, stream) => {
      const earlier = before.inbound.get(stream.id);
      return sum + Math.max(0, read(stream) - (earlier === undefined ? 0 : read(earlier)));
    }, 0);
  const framesDecoded = grown(({ framesDecoded: frames }) => frames);
  const meanMs = (seconds: number) =>
    framesDecoded === 0 ? null : bounded((1000 * seconds) / framesDecoded);
  const jitters = streams.flatMap(({ jitter }) => (jitter === undefined ? [] : [jitter]));
  return {
    tiles: streams.length,
    framesDecoded,
    framesDropped: grown(({ framesDropped }) => framesDropped),
    freezes: grown(({ freezeCount }) => freezeCount, moving),
    freezeMs: 1000 * grown(({ totalFreezesDuration }) => totalFreezesDuration, moving),
    packetsReceived: grown(({ packetsReceived }) => packetsReceived),
    packetsLost: grown(({ packetsLost }) => packetsLost),
    decodeMs: meanMs(grown(({ totalDecodeTime }) => totalDecodeTime)),
    delayMs: meanMs(grown(({ totalProcessingDelay }) => totalProcessingDelay)),
    jitterMs: jitters.length === 0 ? null : bounded(1000 * Math.max(...jitters)),
    roundTripMs: now.roundTrip === null ? null : bounded(1000 * now.roundTrip),
  };
}

/** As the protocol takes it; a suspended computer may have waited for hours. */
function bounded(ms: number): number {
  return Math.min(60_000, Math.max(0, ms));
}
