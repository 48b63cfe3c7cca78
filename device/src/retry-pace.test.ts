import { beforeEach, describe, expect, test } from '@jest/globals';
import { HavenError } from '@haven/protocol';
import { OTHER_LAYERS } from './publication.ts';
import { HEALTHY_AFTER_MS, RetryPace } from './retry-pace.ts';

const LONG = HEALTHY_AFTER_MS + 1;

let pace: RetryPace;
beforeEach(() => {
  pace = new RetryPace();
});

function failures(count: number): number[] {
  return Array.from({ length: count }, () => pace.failed(new HavenError('TIMEOUT')));
}

describe('a device publishes again', () => {
  test('at once when it was sent on to another node after it had published for long', () => {
    failures(5);
    expect(pace.ended('device-lost', LONG)).toBe(0);
  });

  test('after a wait when its new session comes so soon that something may be wrong', () => {
    expect(pace.ended('device-lost', HEALTHY_AFTER_MS)).toBeGreaterThan(0);
  });

  test('at once in as many layers as its link carries', () => {
    expect(pace.ended(OTHER_LAYERS, 100)).toBe(0);
  });

  test('after a wait when its stream ended otherwise, however long it lasted', () => {
    expect(pace.ended('media-lost', LONG)).toBeGreaterThan(0);
  });

  test('later after each failure, up to some seconds', () => {
    const waits = failures(8);
    expect(waits[0]).toBeLessThanOrEqual(750);
    expect(Math.min(...waits.slice(4))).toBeGreaterThanOrEqual(2_500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(7_500);
  });

  test('soon again after it had published for long', () => {
    failures(8);
    expect(pace.ended('media-lost', LONG)).toBeLessThanOrEqual(750);
  });

  test('never sooner than the server asked, and no later for it the next time', () => {
    const refusal = new HavenError('PATIENT_HAS_DEVICE', undefined, { retryAfterMs: 30_000 });
    for (let attempt = 0; attempt < 5; attempt++) expect(pace.failed(refusal)).toBe(30_000);
    expect(pace.failed(new HavenError('TIMEOUT'))).toBeLessThanOrEqual(7_500);
  });
});
