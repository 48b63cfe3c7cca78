import { beforeEach, describe, expect, test } from '@jest/globals';
import { T0 } from '../testing/fixtures.ts';
import { FrameWatch } from './frame-watch.ts';

let now: number;
let frames: number;
let video: HTMLVideoElement;
let still: HTMLCanvasElement;
let drawn: number;
let watch: FrameWatch;

/** jsdom decodes nothing: a test says how many frames were shown, and whether there is one now. */
beforeEach(() => {
  now = T0;
  frames = 0;
  drawn = 0;
  video = document.createElement('video');
  still = document.createElement('canvas');
  Object.assign(video, {
    getVideoPlaybackQuality: () => ({ totalVideoFrames: frames }),
    play: () => Promise.resolve(),
  });
  Object.defineProperty(video, 'srcObject', { value: null, writable: true });
  Object.defineProperties(video, {
    readyState: { get: () => (frames > 0 ? HTMLMediaElement.HAVE_CURRENT_DATA : 0) },
    videoWidth: { value: 1280 },
    videoHeight: { value: 720 },
  });
  Object.assign(still, { getContext: () => ({ drawImage: () => (drawn += 1) }) });
  watch = new FrameWatch(() => now);
  watch.attach(video, still);
});

function frameAt(time: number): void {
  now = time;
  frames += 1;
  watch.sample();
}

describe('the frames of a video element', () => {
  test('are as old as the last one that was shown, in a background tab too', () => {
    frameAt(T0 + 500);
    now = T0 + 60_000;
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    watch.sample();
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
    expect(watch.frames.get()).toMatchObject({ lastFrameAt: T0 + 500, held: false });
  });

  test('leave the last one as a still, no larger than needed, until the next track shows one', () => {
    frameAt(T0 + 500);
    watch.show(null);
    expect(drawn).toBe(1);
    expect([still.width, still.height]).toEqual([640, 360]);
    expect(watch.frames.get()).toMatchObject({ lastFrameAt: T0 + 500, held: true });
    frames = 0;
    watch.sample();
    expect(watch.frames.get().held).toBe(true);
    frameAt(T0 + 3000);
    expect(watch.frames.get()).toMatchObject({ lastFrameAt: T0 + 3000, held: false });
  });

  test('leave nothing where there was none', () => {
    watch.show(null);
    expect(drawn).toBe(0);
    expect(watch.frames.get().held).toBe(false);
  });

  test('are forgotten, and the still with them, when nothing of it is to be seen again', () => {
    frameAt(T0 + 500);
    watch.show(null);
    watch.forget();
    expect(still.width).toBe(0);
    expect(watch.frames.get()).toEqual({ lastFrameAt: null, width: 0, height: 0, held: false });
  });
});
