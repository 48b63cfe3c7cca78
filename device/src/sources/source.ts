import type { Source } from '@haven/protocol';
import type { RawFrame } from '../media/frame.ts';

export type Picture = { readonly width: number; readonly height: number; readonly framesPerSecond: number };

/** Where pictures come from, opened and ready to run. */
export interface VideoSource {
  readonly kind: Source;
  /** Even width and height, and the nominal rate. */
  readonly picture: Picture;
  /**
   * Delivers frames in real time, each at its own time, until the end or `close()`.
   * @throws Error when the source breaks for good
   */
  run(onFrame: (frame: RawFrame) => void): Promise<void>;
  /** For privacy: what takes the pictures is closed meanwhile, where that is a camera. */
  pause?(paused: boolean): void;
  close(): Promise<void>;
}
