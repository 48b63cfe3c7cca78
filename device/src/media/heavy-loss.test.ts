import { describe, expect, test } from '@jest/globals';
import { HeavyLoss } from './heavy-loss.ts';

/** @returns after how many seconds of two reports each it asks for the change; undefined when it does not */
function changesAfter(watch: HeavyLoss, fraction: number, seconds: number): number | undefined {
  for (let report = 0; report <= seconds * 2; report++) {
    if (watch.add(fraction, report * 500)) return report / 2;
  }
  return undefined;
}

describe('several layers', () => {
  test('are given up within eight seconds of losing half', () => {
    expect(changesAfter(new HeavyLoss(false), 0.5, 30)).toBeLessThan(8);
  });

  test('are kept while a fifth is lost, and through a short burst', () => {
    const watch = new HeavyLoss(false);
    expect(changesAfter(watch, 0.2, 60)).toBeUndefined();
    expect(changesAfter(watch, 0.9, 2)).toBeUndefined();
  });
});

describe('a single layer', () => {
  test('is all there is while much is lost', () => {
    expect(changesAfter(new HeavyLoss(true), 0.4, 60)).toBeUndefined();
  });

  test('is followed by the others half a minute after the losses ended', () => {
    const watch = new HeavyLoss(true);
    changesAfter(watch, 0.5, 10);
    expect(changesAfter(watch, 0, 60)).toBeGreaterThan(30);
  });
});
