import { i420Bytes } from '../media/frame.ts';

/** A grey picture with a white bar that moves four pixels from frame to frame, as I420. */
export function movingBar(width: number, height: number, frame: number): Uint8Array {
  const pixels = new Uint8Array(i420Bytes(width, height)).fill(128);
  const left = (frame * 4) % (width - 16);
  for (let row = 0; row < height; row++) {
    pixels.fill(90 + (row % 64), row * width, (row + 1) * width);
    pixels.fill(235, row * width + left, row * width + left + 16);
  }
  return pixels;
}
