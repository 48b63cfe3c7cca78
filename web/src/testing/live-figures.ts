import type { LayerFigures, LiveFigures, StreamFigures } from '@haven/protocol';
import { T0, uuid } from './fixtures.ts';

export function aLayer(change: Partial<LayerFigures> = {}): LayerFigures {
  return {
    ...{ width: 320, height: 180, bitrate: 150_000, lossFraction: 0, jitterMs: 2, roundTripMs: 8, score: 10 },
    ...change,
  };
}

export function aStreamOfFigures(change: Partial<StreamFigures> = {}): StreamFigures {
  return {
    ...{ streamId: uuid(600), room: 'Ward A', bed: '1', deviceId: uuid(200), source: 'camera' },
    ...{ startedAt: T0 - 5 * 60_000, quality: 'good', privacy: false, conditions: [] },
    layers: [aLayer(), aLayer({ width: 640, height: 360, bitrate: 600_000 })],
    ...{ framesPerSecond: 30, mediaWorker: 0, viewers: 3 },
    analysis: { layers: { spatialLayer: 0, temporalLayer: 1 }, frameRate: 15, reduced: false },
    ...change,
  };
}

/** Two beds, one of which is in trouble. */
export function someFigures(): LiveFigures {
  return {
    at: T0,
    load: { step: 'none', overloaded: false, drainingUntil: null },
    streams: [
      aStreamOfFigures(),
      aStreamOfFigures({
        ...{ streamId: uuid(601), bed: '2', quality: 'poor', conditions: ['signal-lost'] },
        layers: [aLayer({ lossFraction: 0.12, jitterMs: 45, roundTripMs: 210, score: 4 })],
        ...{ framesPerSecond: 12, mediaWorker: 1, analysis: null },
      }),
    ],
    viewers: { good: 2, fair: 0, poor: 1, lost: 0 },
    mediaWorkers: [0, 1].map((index) => ({
      ...{ index, pid: 4000 + index, cpuCores: 0.21 + 0.1 * index },
      ...{ transports: 4, producers: 1, consumers: 6, taps: 1, pipes: index },
    })),
  };
}
