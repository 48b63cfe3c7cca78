import { WAVEFORM_RATE_HZ } from '@haven/protocol';

/** No faster than the samples come: a wall of many tiles must not spend its computer on drawing. */
const FRAME_MS = 1000 / WAVEFORM_RATE_HZ;

const painters = new Set<() => void>();
let request: number | undefined;
let lastPaint = 0;

function frame(time: number): void {
  request = requestAnimationFrame(frame);
  // Half a display frame of tolerance, or a 50 Hz display would paint only every third time.
  if (time - lastPaint < FRAME_MS - 8) return;
  lastPaint = time;
  for (const paint of painters) paint();
}

/** Calls `paint` before a repaint of the page, up to 25 times a second; one loop serves all. */
export function onPaint(paint: () => void): () => void {
  painters.add(paint);
  request ??= requestAnimationFrame(frame);
  return () => {
    painters.delete(paint);
    if (painters.size > 0 || request === undefined) return;
    cancelAnimationFrame(request);
    request = undefined;
  };
}
