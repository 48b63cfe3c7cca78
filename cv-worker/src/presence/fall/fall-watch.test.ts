import { describe, expect, test } from '@jest/globals';
import type { PresenceEvent } from '../event.ts';
import { FallWatch } from './fall-watch.ts';
import { POSE_POINTS, torsoOf, type Torso } from './pose.ts';

/** A torso of a quarter of the picture's height; its middle at a height from the top, leaning by an angle. */
function torso(y: number, angle: number): Torso {
  return { x: 0.6, y, length: 0.25, angle, score: 0.8 };
}
const STANDING = torso(0.4, 5);
const ON_THE_FLOOR = torso(0.85, 80);

/** Poses twice a second. */
function watch(inBed: boolean, ...poses: Torso[]): PresenceEvent[] {
  const falls = new FallWatch();
  return poses.flatMap((pose, index) => falls.add(10_000 + 500 * index, pose, inBed));
}
function forSeconds(seconds: number, pose: Torso): Torso[] {
  return Array.from({ length: 2 * seconds }, () => pose);
}
/** From one pose to another within some half seconds. */
function within(halfSeconds: number, from: Torso, to: Torso): Torso[] {
  return Array.from({ length: halfSeconds }, (_, index) => {
    const share = (index + 1) / halfSeconds;
    return torso(from.y + share * (to.y - from.y), from.angle + share * (to.angle - from.angle));
  });
}

describe('a fall by pose', () => {
  test('is a fast lowering after which somebody lies outside of the bed', () => {
    const events = watch(
      false,
      ...forSeconds(3, STANDING),
      ...within(2, STANDING, ON_THE_FLOOR),
      ...forSeconds(8, ON_THE_FLOOR),
    );
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ event: 'fall', startedAt: 12_500, confidence: 0.48 });
    expect(events[0].evidence).toMatchObject({
      torsoAngleDegrees: 80,
      dropTorsosPerSecond: 1.8,
      secondsLying: 4,
    });
  });

  test.each<[string, boolean, Torso[]]>([
    ['lying down slowly', false, [...within(8, STANDING, ON_THE_FLOOR), ...forSeconds(10, ON_THE_FLOOR)]],
    [
      'dropping into bed',
      true,
      [STANDING, ...within(2, STANDING, ON_THE_FLOOR), ...forSeconds(10, ON_THE_FLOOR)],
    ],
    ['sitting down heavily', false, [STANDING, torso(0.85, 20), ...forSeconds(10, torso(0.85, 20))]],
    [
      'stooping for something',
      false,
      [STANDING, torso(0.8, 80), torso(0.8, 80), ...forSeconds(10, STANDING)],
    ],
    ['lying there all the time', false, forSeconds(20, ON_THE_FLOOR)],
  ])('is not %s', (_, inBed, poses) => {
    expect(watch(inBed, ...poses)).toEqual([]);
  });

  test('is told once', () => {
    const falling = [...within(2, STANDING, ON_THE_FLOOR), ...forSeconds(8, ON_THE_FLOOR)];
    expect(watch(false, STANDING, ...falling, STANDING, ...falling)).toHaveLength(1);
  });
});

describe('a torso', () => {
  const pose = (points: Record<number, [x: number, y: number, score: number]>) => {
    const all = new Float32Array(POSE_POINTS * 3);
    for (const [point, values] of Object.entries(points)) all.set(values, 3 * Number(point));
    return all;
  };

  test('is the line from the hips to the shoulders', () => {
    const lying = torsoOf(pose({ 5: [0.2, 0.8, 0.9], 6: [0.2, 0.9, 0.7], 11: [0.6, 0.85, 0.8] }));
    expect(lying?.angle).toBeCloseTo(90, 4);
    expect(lying?.length).toBeCloseTo(0.4, 6);
    expect(lying?.score).toBeCloseTo(0.7, 6);
    const upright = torsoOf(pose({ 5: [0.5, 0.2, 0.9], 12: [0.5, 0.5, 0.8] }));
    expect(upright?.angle).toBeCloseTo(0, 4);
  });

  test('is not known without hips or shoulders', () => {
    expect(torsoOf(pose({ 5: [0.2, 0.8, 0.9], 11: [0.6, 0.85, 0.2] }))).toBeNull();
  });
});
