import type { TapLayers, WorkerStatus } from '@haven/protocol';
import type { NormalFrameRate } from './pace/frame-rate.ts';
import type { AnalysisPool } from './pool/analysis-pool.ts';
import type { Tap } from './tap/tap.ts';

/** Of a tap that has not been told what its stream has. */
const FIRST_LAYERS: TapLayers = { spatialLayer: 0, temporalLayer: 0 };

/** What a worker says of itself. @param streams by assignment */
export function workerStatus(
  pool: AnalysisPool,
  streams: ReadonlyMap<string, { tap: Tap }>,
  normalRate: NormalFrameRate,
): WorkerStatus {
  const now = performance.now();
  const { heapBytes, externalBytes, tensors } = pool.usage;
  return {
    heapBytes: heapBytes + externalBytes,
    tensors,
    threads: pool.threads,
    busyThreads: pool.busyThreads,
    queuedFrames: pool.queuedFrames,
    streams: Array.from(streams, ([assignmentId, { tap }]) => {
      const statistics = pool.statisticsOf(assignmentId);
      return {
        assignmentId,
        framesDecoded: tap.framesDecoded,
        framesAnalysed: statistics?.framesAnalysed ?? 0,
        framesDropped: statistics?.framesDropped ?? 0,
        decoderRestarts: tap.restarts,
        lastFrameAgeMs: statistics?.lastFrameAgeMs(now) ?? null,
        latencyMs: statistics?.takeLatencyMs() ?? null,
        frameRate: tap.rate,
        reduced: tap.rate < normalRate,
        layers: tap.layers ?? FIRST_LAYERS,
      };
    }),
  };
}
