/** What leaving a picture out would mean for the others, as its RTP says (RFC 7741, 4.2). */
export type TemporalPicture = {
  readonly layer: 0 | 1 | 2;
  /** Nothing refers to it, so that it can be left out by itself. */
  readonly disposable: boolean;
  /** It refers to layer 0 only: a receiver may go up to its layer here. */
  readonly sync: boolean;
};

/** A structure of temporal layers that ffmpeg's libvpx encoder has by number. */
export type TemporalPattern = {
  /** As WebRTC names it. */
  readonly scalabilityMode: 'L1T2' | 'L1T3';
  readonly layeringMode: number;
  /** Of each layer and those below it together. */
  readonly rateShares: readonly number[];
  readonly rateDecimators: readonly number[];
  /** One period, which begins with the only picture that may be a key frame. */
  readonly pictures: readonly TemporalPicture[];
};

const BASE: TemporalPicture = { layer: 0, disposable: false, sync: false };

/** Pictures of layer 0 alternate with pictures that nothing refers to. */
export const TWO_LAYERS: TemporalPattern = {
  scalabilityMode: 'L1T2',
  layeringMode: 2,
  rateShares: [0.6, 1],
  rateDecimators: [2, 1],
  pictures: [BASE, { layer: 1, disposable: true, sync: true }],
};

/** Every other picture can be left out, and of the rest again every other; the last one refers to layer 1. */
export const THREE_LAYERS: TemporalPattern = {
  scalabilityMode: 'L1T3',
  layeringMode: 3,
  rateShares: [0.4, 0.6, 1],
  rateDecimators: [4, 2, 1],
  pictures: [
    BASE,
    { layer: 2, disposable: true, sync: true },
    { layer: 1, disposable: false, sync: true },
    { layer: 2, disposable: true, sync: false },
  ],
};

/** Two layers halve 15 pictures a second to 7.5; of 30 a third is needed, and its key frames come as soon. */
const THREE_LAYERS_FROM_FPS = 20;

export function temporalPatternFor(framesPerSecond: number): TemporalPattern {
  return framesPerSecond > THREE_LAYERS_FROM_FPS ? THREE_LAYERS : TWO_LAYERS;
}
