import { describe, expect, test } from '@jest/globals';
import type { Frame } from '../../frame.ts';
import { FallExperiment, isFallExperimentOn } from './fall-experiment.ts';
import { POSE_POINTS } from './pose.ts';

function frameAt(timeMs: number): Frame {
  return { timeMs, width: 320, height: 240, pixels: new Uint8Array(0), discontinuity: false };
}

/** How many poses were taken in 20 s with this movement from second to second. */
function posesTaken(motionLevel: (second: number) => number): number {
  let poses = 0;
  const experiment = new FallExperiment(() => {
    poses++;
    return new Float32Array(3 * POSE_POINTS);
  });
  for (let frame = 0; frame < 300; frame++) {
    const second = frame / 15;
    expect(experiment.update(frameAt(second * 1000), motionLevel(second), () => false)).toEqual([]);
  }
  return poses;
}

describe('the experiment with falls', () => {
  test('takes no pose of somebody who is calm', () => {
    expect(posesTaken(() => 0.1)).toBe(0);
  });

  test('takes at most two poses a second, and for six seconds after strong movement', () => {
    expect(posesTaken(() => 0.6)).toBeLessThanOrEqual(40);
    const afterwards = posesTaken((second) => (second < 1 ? 0.6 : 0));
    expect(afterwards).toBeGreaterThanOrEqual(12);
    expect(afterwards).toBeLessThanOrEqual(15);
  });

  test('is off unless it is switched on', () => {
    expect([undefined, '', '0', 'true', '1'].map(isFallExperimentOn)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});
