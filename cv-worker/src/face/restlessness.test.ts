import { describe, expect, test } from '@jest/globals';
import { normalNumbers } from '../pulse/testing/simulated-skin.ts';
import { Restlessness } from './restlessness.ts';

/** Three parts of a face and a chin with noise, for some seconds; the chin with so much more. @returns the last answer */
function watch(restlessness: Restlessness, from: number, seconds: number, chin: number): boolean {
  const noise = normalNumbers(4);
  let restless = false;
  for (let frame = 0; frame < seconds * 15; frame++) {
    const levels = [1, 1, 1, chin].map((factor) => 100 + 0.3 * factor * noise());
    restless = restlessness.add(from + (frame * 1000) / 15, levels);
  }
  return restless;
}

describe('a part of the face that can move by itself', () => {
  test('is at rest while it changes as the others do, whatever their noise', () => {
    expect(watch(new Restlessness(3), 0, 20, 1)).toBe(false);
  });

  test('moves when it changes more, and is trusted again a while after it stopped', () => {
    const restlessness = new Restlessness(3);
    expect(watch(restlessness, 0, 10, 3)).toBe(true);
    expect(watch(restlessness, 10_000, 5, 1)).toBe(true);
    expect(watch(restlessness, 15_000, 20, 1)).toBe(false);
  });

  test('is not judged while it is hidden', () => {
    const restlessness = new Restlessness(3);
    for (let at = 0; at < 5000; at += 66) {
      expect(restlessness.add(at, [100 + (at % 7), 100, 100, 0])).toBe(false);
    }
  });
});
