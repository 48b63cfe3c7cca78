import { describe, expect, test } from '@jest/globals';
import { FrameClock } from './frame-clock.ts';

const PERIOD = 1000 / 15;

describe('the clock of pictures', () => {
  test('takes the spacing from the presentation times, whatever the jitter of arrival', () => {
    const clock = new FrameClock();
    const times = Array.from({ length: 300 }, (_, index) => {
      const jitter = (index * 37) % 50;
      return clock.map(index * PERIOD, 1_000_000 + index * PERIOD + jitter).timeMs;
    });
    for (let index = 1; index < times.length; index++) {
      expect(Math.abs(times[index] - times[index - 1] - PERIOD)).toBeLessThan(0.07);
    }
  });

  test('comes near the smallest delay when the first picture came late', () => {
    const clock = new FrameClock();
    clock.map(0, 5300);
    let time = 0;
    for (let pts = PERIOD; pts < 400_000; pts += PERIOD) time = clock.map(pts, 5000 + pts).timeMs - pts;
    expect(time).toBeCloseTo(5000, 0);
  });

  test('follows a sender whose clock drifts', () => {
    const clock = new FrameClock();
    let error = 0;
    for (let pts = 0; pts < 3_600_000; pts += PERIOD) {
      const arrival = pts * 1.0002;
      error = arrival - clock.map(pts, arrival).timeMs;
    }
    expect(Math.abs(error)).toBeLessThan(5);
  });

  test('marks the first picture and the one after a pause', () => {
    const clock = new FrameClock();
    const marks = [0, 67, 133, 1200, 1267].map((pts) => clock.map(pts, 5000 + pts).discontinuity);
    expect(marks).toEqual([true, false, false, true, false]);
  });

  test('keeps the length of a pause', () => {
    const clock = new FrameClock();
    expect(clock.map(0, 5000).timeMs).toBe(5000);
    expect(clock.map(4000, 9000).timeMs).toBe(9000);
  });

  test('marks the first picture of another layer', () => {
    const clock = new FrameClock();
    clock.map(0, 5000);
    clock.interrupt();
    expect(clock.map(67, 5067)).toEqual({ timeMs: 5067, discontinuity: true });
    expect(clock.map(133, 5133).discontinuity).toBe(false);
  });

  test('begins anew after a restart of the decoder without going back', () => {
    const clock = new FrameClock();
    clock.map(90_000, 5000);
    clock.restart();
    expect(clock.map(0, 5400)).toEqual({ timeMs: 5400, discontinuity: true });
    clock.restart();
    const { timeMs } = clock.map(0, 5300);
    expect(timeMs).toBe(5401);
  });

  test('begins anew when presentation times jump ahead or back', () => {
    const clock = new FrameClock();
    clock.map(0, 5000);
    expect(clock.map(50_000_000, 5067)).toEqual({ timeMs: 5067, discontinuity: true });
    expect(clock.map(200, 5133)).toEqual({ timeMs: 5133, discontinuity: true });
    expect(clock.map(267, 5200)).toEqual({ timeMs: 5200, discontinuity: false });
  });

  test('does not mistake a burst of late pictures for another time', () => {
    const clock = new FrameClock();
    clock.map(0, 5000);
    const late = [67, 133, 200, 267].map((pts) => clock.map(pts, 5900));
    expect(late.some((frame) => frame.discontinuity)).toBe(false);
    expect(late.at(-1)!.timeMs).toBeCloseTo(5267, 0);
  });
});
