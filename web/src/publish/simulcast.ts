import type { types } from 'mediasoup-client';

/** Layers from the lowest up: 320×180, 640×360 and 1280×720 of a 720p camera, bit/s. */
const LAYERS = [{ maxBitrate: 150_000 }, { maxBitrate: 500_000 }, { maxBitrate: 1_500_000 }] as const;
/** Browsers send two layers of smaller pictures than this, however many are asked for, px. */
const THREE_LAYERS_FROM_HEIGHT = 540;
/** Temporal layers let a viewer or an analysis take 15 of 30 frames a second. */
const SCALABILITY_MODE = 'L1T3';

export type SendLimits = { maxFramesPerSecond: number; maxBitrate: number };

/**
 * Simulcast encodings for a picture, lowest layer first: halved in size from one to the next.
 * @param height of the picture, px
 */
export function simulcastEncodings(height: number, limits: SendLimits): types.RtpEncodingParameters[] {
  const layers = LAYERS.slice(0, height >= THREE_LAYERS_FROM_HEIGHT ? 3 : 2);
  const total = layers.reduce((sum, { maxBitrate }) => sum + maxBitrate, 0);
  const share = Math.min(1, limits.maxBitrate / total);
  return layers.map(({ maxBitrate }, index) => ({
    scaleResolutionDownBy: 2 ** (layers.length - 1 - index),
    maxBitrate: Math.round(maxBitrate * share),
    maxFramerate: limits.maxFramesPerSecond,
    scalabilityMode: SCALABILITY_MODE,
  }));
}
