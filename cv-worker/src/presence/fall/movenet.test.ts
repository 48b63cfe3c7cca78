import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { memory } from '@tensorflow/tfjs-core';
import { startTensorBackend } from '../../face/backend.ts';
import { frameBytes, type Frame } from '../../frame.ts';
import { Movenet, paced } from './movenet.ts';
import { POSE_POINTS } from './pose.ts';

const [WIDTH, HEIGHT] = [320, 240];
const grey: Frame = {
  ...{ timeMs: 0, width: WIDTH, height: HEIGHT, discontinuity: false },
  pixels: new Uint8Array(frameBytes(WIDTH, HEIGHT)).fill(128),
};
let movenet: Movenet;

beforeAll(async () => {
  await startTensorBackend('wasm');
  movenet = await Movenet.load();
}, 60_000);
afterAll(() => movenet.close());

describe('the pose estimator', () => {
  test('gives a body’s points with scores, sees none in a grey picture, and keeps no tensors', () => {
    const pose = movenet.estimate(grey);
    expect(pose).toHaveLength(3 * POSE_POINTS);
    for (let at = 2; at < pose.length; at += 3) expect(pose[at]).toBeLessThan(0.3);
    const before = memory().numTensors;
    movenet.estimate(grey);
    expect(memory().numTensors).toBe(before);
  });

  test('has no time for more than one pose in an interval, whichever stream asks', () => {
    let now = 0;
    const estimate = paced(
      (frame) => movenet.estimate(frame),
      250,
      () => now,
    );
    expect(estimate(grey)).not.toBeNull();
    now = 249;
    expect(estimate(grey)).toBeNull();
    now = 250;
    expect(estimate(grey)).not.toBeNull();
  });
});
