import { describe, expect, test } from '@jest/globals';
import { KeyFrameSchedule } from './key-frame-schedule.ts';

describe('the key frame schedule', () => {
  test('serves a request with the next frame and for that layer only', () => {
    const schedule = new KeyFrameSchedule(2);
    schedule.takeAll(0);
    schedule.request(1);
    expect(schedule.take(1000)).toBe(0b10);
    expect(schedule.take(1067)).toBe(0);
  });

  test('puts a request off when the layer had a key frame just now', () => {
    const schedule = new KeyFrameSchedule(2);
    schedule.takeAll(0);
    schedule.request(0);
    expect(schedule.take(200)).toBe(0);
    expect(schedule.take(301)).toBe(0b01);
  });

  test('serves many requests with one key frame', () => {
    const schedule = new KeyFrameSchedule(1);
    for (let viewer = 0; viewer < 5; viewer++) schedule.request(0);
    expect([0, 400, 800].map((time) => schedule.take(time))).toEqual([1, 0, 0]);
  });

  test('starts a layer anew unasked after eight to twelve seconds, at no fixed interval', () => {
    const randoms = [0, 1, 0.5];
    const schedule = new KeyFrameSchedule(1, () => randoms.shift() ?? 0);
    schedule.takeAll(0);
    const served = Array.from({ length: 300 }, (_, index) => index * 100).filter((time) =>
      schedule.take(time),
    );
    expect(served).toEqual([8000, 20_000]);
  });

  test('ignores a request for a layer that does not exist', () => {
    const schedule = new KeyFrameSchedule(1);
    schedule.request(3);
    expect(schedule.take(0)).toBe(0);
  });
});
