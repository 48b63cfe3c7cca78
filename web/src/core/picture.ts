import type { StreamState, TechnicalCondition } from '@haven/protocol';

/** A picture older than this is dimmed and says its age, ms. */
export const LATE_AFTER_MS = 2000;
/** A picture older than this counts as none, ms. */
export const NO_SIGNAL_AFTER_MS = 10_000;
/** How long a new stream may take to show its first frame before it counts as not arriving, ms. */
const FIRST_FRAME_WITHIN_MS = 6000;

/** What a tile says of its picture. `dim`: what is seen must not be taken for the present. */
export type PictureView = {
  state: 'live' | 'connecting' | 'late' | 'frozen' | 'covered' | 'dark' | 'no-signal';
  words: string | null;
  dim: boolean;
};

export type PictureFreshness = {
  stream: StreamState | null;
  /** When the last frame was shown, by this browser's clock, ms; null before the first of this stream. */
  lastFrameAt: number | null;
  /** When this browser began to wait for the stream's first frame, ms. */
  waitingSince: number;
  now: number;
};

export function viewPicture({ stream, lastFrameAt, waitingSince, now }: PictureFreshness): PictureView {
  if (stream === null) return { state: 'no-signal', words: 'NO SIGNAL', dim: true };
  if (lastFrameAt === null) return viewWithoutFrame(stream, now - waitingSince);
  const ageMs = now - lastFrameAt;
  if (ageMs > NO_SIGNAL_AFTER_MS || stream.conditions.includes('signal-lost')) {
    return { state: 'no-signal', words: `NO SIGNAL – picture ${ageWords(ageMs)}`, dim: true };
  }
  if (ageMs > LATE_AFTER_MS) return { state: 'late', words: `picture ${ageWords(ageMs)}`, dim: true };
  return viewCondition(stream.conditions) ?? { state: 'live', words: null, dim: false };
}

function viewWithoutFrame(stream: StreamState, waitedMs: number): PictureView {
  if (stream.conditions.includes('signal-lost')) {
    return { state: 'no-signal', words: 'NO SIGNAL', dim: true };
  }
  if (waitedMs <= FIRST_FRAME_WITHIN_MS)
    return { state: 'connecting', words: 'Waiting for the picture', dim: true };
  const words =
    stream.lastPacketAt === null
      ? 'NO SIGNAL – the device sends no picture'
      : 'NO SIGNAL – the picture does not reach this screen';
  return { state: 'no-signal', words, dim: true };
}

function viewCondition(conditions: readonly TechnicalCondition[]): PictureView | null {
  if (conditions.includes('picture-frozen')) return { state: 'frozen', words: 'PICTURE FROZEN', dim: true };
  if (conditions.includes('camera-covered')) return { state: 'covered', words: 'CAMERA COVERED', dim: false };
  if (conditions.includes('too-dark')) return { state: 'dark', words: 'Too dark', dim: false };
  return null;
}

/** `3 s old`, `4 min old`. */
export function ageWords(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  return seconds < 120 ? `${seconds} s old` : `${Math.floor(seconds / 60)} min old`;
}
