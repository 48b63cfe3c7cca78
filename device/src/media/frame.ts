import type { TemporalPicture } from '../encoder/temporal-pattern.ts';

/** A picture before encoding. */
export type RawFrame = {
  /** Capture time in ms on the clock of `performance.now()`; rises within a source. */
  readonly timeMs: number;
  /** I420: Y, then U, then V, without padding. */
  readonly pixels: Uint8Array;
};

/** A picture of one layer after encoding. */
export type EncodedFrame = {
  readonly timeMs: number;
  readonly key: boolean;
  readonly temporal: TemporalPicture;
  readonly data: Buffer;
};

/** Length of an I420 picture with even sides, bytes. */
export function i420Bytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}
