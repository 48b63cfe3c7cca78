/** One decoded picture of a stream. */
export type Frame = {
  /** Capture time in ms, never going back within a stream. Differences matter; the origin does not. */
  timeMs: number;
  width: number;
  height: number;
  /** Pixels row by row as R, G, B bytes: width × height × 3. */
  rgb: Uint8Array;
  /** True for the first picture after a gap in decoding or a change of layer. */
  discontinuity: boolean;
};
