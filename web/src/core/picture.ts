import type { StreamState, TechnicalCondition } from '@haven/protocol';
import type { Delivery, StillBecause } from '../media/delivery.ts';
import { privacyWords } from './privacy-view.ts';

/** A picture older than this is dimmed and says its age, ms. */
export const LATE_AFTER_MS = 2000;
/** A picture older than this counts as none, ms. */
export const NO_SIGNAL_AFTER_MS = 10_000;
/** How long a stream that begins, or is sent again, may take to show a frame before it counts as not arriving, ms. */
const FRAME_WITHIN_MS = 6000;

const BECAUSE_WORDS: Readonly<Record<Exclude<StillBecause, null>, string>> = {
  network: 'your network is slow',
  'server-load': 'the server is busy',
};

/** What a tile says of its picture. `dim`: what is seen must not be taken for the present. */
export type PictureView = {
  state: 'privacy' | 'live' | 'connecting' | 'still' | 'late' | 'frozen' | 'covered' | 'dark' | 'no-signal';
  words: string | null;
  /** Why, where there is room to say so. */
  reason?: string;
  dim: boolean;
};

export type PictureFreshness = {
  stream: StreamState | null;
  /** When the last frame was shown, by this browser's clock, ms; null before the first of this stream. */
  lastFrameAt: number | null;
  /** When this browser began to wait for the stream's first frame, ms. */
  waitingSince: number;
  /** What the SFU sends to this screen; null while there is no consumer. */
  delivery: Delivery | null;
  now: number;
  /** By the server's clock, ms since the epoch. */
  serverNow: number;
};

export function viewPicture(input: PictureFreshness): PictureView {
  const { stream, lastFrameAt, delivery, now } = input;
  const age = lastFrameAt === null ? null : now - lastFrameAt;
  if (stream === null) return { state: 'no-signal', words: 'NO SIGNAL', dim: true };
  // Before anything else: of a picture that is paused not even its age is told.
  if (stream.privacy !== null) {
    return {
      state: 'privacy',
      words: `PRIVACY – ${privacyWords(stream.privacy, input.serverNow)}`,
      dim: false,
    };
  }
  if (stream.conditions.includes('signal-lost')) return noSignal(age);
  if (delivery?.sending === 'still') return viewStill(stream.conditions, age, delivery.because);
  if (age === null || age > LATE_AFTER_MS) return viewOld(input, stream, age);
  return viewCondition(stream.conditions) ?? { state: 'live', words: null, dim: false };
}

function noSignal(age: number | null): PictureView {
  return {
    state: 'no-signal',
    words: age === null ? 'NO SIGNAL' : `NO SIGNAL – picture ${ageWords(age)}`,
    dim: true,
  };
}

/** A picture that does not move because the viewer's network or the server carries no more. */
function viewStill(
  conditions: readonly TechnicalCondition[],
  age: number | null,
  because: StillBecause,
): PictureView {
  const reason = because === null ? {} : { reason: BECAUSE_WORDS[because] };
  if (age === null) return { state: 'still', words: 'No picture yet', ...reason, dim: true };
  const condition = viewCondition(conditions);
  if (condition !== null) {
    return { ...condition, words: `${condition.words} – still ${ageWords(age)}`, dim: true };
  }
  return { state: 'still', words: `STILL ${ageWords(age)}`, ...reason, dim: true };
}

/** Moving pictures are on their way for the first time or again, or ought to be here. */
function viewOld(
  { lastFrameAt, waitingSince, delivery, now }: PictureFreshness,
  stream: StreamState,
  age: number | null,
): PictureView {
  const awaitedSince = Math.max(waitingSince, delivery?.since ?? 0);
  const isNew = lastFrameAt === null || lastFrameAt < awaitedSince;
  if (delivery?.sending === 'hidden' || (isNew && now - awaitedSince <= FRAME_WITHIN_MS)) {
    const last = age === null ? '' : ` – the last one is ${ageWords(age)}`;
    return { state: 'connecting', words: `Waiting for the picture${last}`, dim: true };
  }
  if (age === null) return neverSeen(stream);
  if (age > NO_SIGNAL_AFTER_MS) return noSignal(age);
  return { state: 'late', words: `picture ${ageWords(age)}`, dim: true };
}

function neverSeen({ lastPacketAt }: StreamState): PictureView {
  const words =
    lastPacketAt === null
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
