import { describe, expect, test } from '@jest/globals';
import { DistanceWatch } from './distance-watch.ts';

function watch(seconds: number, tooFar: (second: number) => boolean | null) {
  const distance = new DistanceWatch();
  return Array.from({ length: seconds }, (_, second) => {
    const far = tooFar(second);
    return distance.add(second * 1000, far === true, far === null ? null : 0.08);
  }).flat();
}

describe('a face that is too far away', () => {
  test('is told once after ten seconds, with its size', () => {
    expect(watch(60, (second) => second >= 5)).toEqual([
      { event: 'too-far', confidence: 0.9, at: 15_000, startedAt: 5000, evidence: { faceHeightShare: 0.08 } },
    ]);
  });

  test('is not told of somebody who leans back for a moment', () => {
    expect(watch(60, (second) => second % 20 < 8)).toEqual([]);
  });

  test('is told again after the face was near', () => {
    expect(watch(90, (second) => second < 20 || second > 50)).toHaveLength(2);
  });

  test('is not concluded from a face that is not seen', () => {
    expect(watch(60, (second) => (second < 5 ? true : null))).toEqual([]);
  });
});
