import { describe, expect, test } from '@jest/globals';
import { FrameQueue, MAX_QUEUED_FRAMES } from './frame-queue.ts';

const queued = (timeMs: number, discontinuity = false) => ({
  frame: { timeMs, width: 1, height: 1, pixels: new Uint8Array(3), discontinuity },
  arrivedAt: timeMs,
});

describe('the queue of a stream’s frames', () => {
  test('gives frames in order', () => {
    const queue = new FrameQueue();
    queue.push(queued(1));
    queue.push(queued(2));
    expect([queue.shift()?.frame.timeMs, queue.shift()?.frame.timeMs, queue.shift()]).toEqual([1, 2, null]);
  });

  test('drops the oldest when it is full, and says which', () => {
    const queue = new FrameQueue();
    const dropped = [1, 2, 3, 4, 5].map((timeMs) => queue.push(queued(timeMs))?.timeMs ?? null);
    expect(dropped).toEqual([null, null, null, 1, 2]);
    expect(queue.length).toBe(MAX_QUEUED_FRAMES);
    expect(queue.clear().map((frame) => frame.timeMs)).toEqual([3, 4, 5]);
    expect(queue.length).toBe(0);
  });

  test('keeps a dropped frame’s mark of a discontinuity', () => {
    const queue = new FrameQueue();
    for (let timeMs = 1; timeMs <= 5; timeMs++) queue.push(queued(timeMs, timeMs === 1));
    expect(queue.clear().map((frame) => frame.discontinuity)).toEqual([true, false, false]);
  });
});
