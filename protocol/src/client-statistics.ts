/** What a browser measures of the pictures that it receives: what only the far end of a link can know. */
import { z } from 'zod';

/** How often a browser reports, ms: often enough to see a bad minute, seldom enough to cost nothing. */
export const CLIENT_STATISTICS_INTERVAL_MS = 15_000;

const total = z.number().int().min(0).max(10_000_000);
const ms = z.number().min(0).max(60_000).nullable();

/** Of all tiles together, since the last report. */
export const clientStatisticsSchema = z.object({
  /** Streams that are received. */
  tiles: z.number().int().min(0).max(500),
  framesDecoded: total,
  /** Decoded or received, and never shown. */
  framesDropped: total,
  /** Pauses between two pictures that W3C's webrtc-stats counts as freezes (`freezeCount`). */
  freezes: total,
  freezeMs: z.number().min(0).max(10_000_000),
  packetsReceived: total,
  packetsLost: total,
  /** Means over the frames; null without frames. */
  decodeMs: ms,
  /** From a frame's first packet until it is decoded, with what it waits in the jitter buffer. */
  delayMs: ms,
  /** Of packets' arrival, the worst tile. */
  jitterMs: ms,
  /** Between the browser and the SFU. */
  roundTripMs: ms,
});
export type ClientStatistics = z.infer<typeof clientStatisticsSchema>;
