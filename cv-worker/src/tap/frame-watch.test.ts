import { describe, expect, test } from '@jest/globals';
import { FIRST_FRAME_MS, FrameWatch, STALL_MS } from './frame-watch.ts';

describe('the watch over pictures', () => {
  test('asks for a key frame when no picture came for 1.5 s, and then ever more seldom', () => {
    const watch = new FrameWatch(0);
    const asked = [];
    for (let now = 0; now < FIRST_FRAME_MS; now += 100) if (watch.check(now) === 'key-frame') asked.push(now);
    expect(asked).toEqual([1500, 4500, 8500]);
  });

  test('is as quick as at first once a picture has come', () => {
    const watch = new FrameWatch(0);
    expect([1500, 4500].map((now) => watch.check(now))).toEqual(['key-frame', 'key-frame']);
    watch.frame(5000);
    expect([6400, 6500].map((now) => watch.check(now))).toEqual([null, 'key-frame']);
  });

  test('gives up on a decoder that never showed a picture after 10 s', () => {
    const watch = new FrameWatch(0);
    expect(watch.check(FIRST_FRAME_MS - 1)).not.toBe('restart');
    expect(watch.check(FIRST_FRAME_MS)).toBe('restart');
  });

  test('gives up sooner on one whose pictures stopped', () => {
    const watch = new FrameWatch(0);
    watch.frame(500);
    expect(watch.check(500 + STALL_MS - 1)).toBe('key-frame');
    expect(watch.check(500 + STALL_MS)).toBe('restart');
  });

  test('asks for a key frame after damage, at most once a second', () => {
    const watch = new FrameWatch(0);
    const remedies = Array.from({ length: 30 }, (_, index) => {
      watch.frame(index * 100);
      watch.damage();
      return watch.check(index * 100);
    });
    expect(remedies.flatMap((remedy, index) => (remedy === null ? [] : [index * 100]))).toEqual([1000, 2000]);
  });

  test('is content while pictures come', () => {
    const watch = new FrameWatch(0);
    for (let now = 0; now < 20_000; now += 100) {
      watch.frame(now);
      expect(watch.check(now)).toBeNull();
    }
  });
});
