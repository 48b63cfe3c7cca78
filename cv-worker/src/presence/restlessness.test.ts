import { describe, expect, test } from '@jest/globals';
import type { PresenceEvent } from './event.ts';
import { Restlessness } from './restlessness.ts';

const BEGINNING = 1_000_000;
/** Fractions of its multiples are spread evenly. */
const GOLDEN = 0.618;

/** Minutes with this share of moving seconds each, sample by sample. */
function watch(...spells: { minutes: number; share: number; inCare?: boolean }[]): PresenceEvent[] {
  const restlessness = new Restlessness();
  const events: PresenceEvent[] = [];
  let now = BEGINNING;
  for (const { minutes, share, inCare = false } of spells) {
    for (let second = 0; second < minutes * 60; second++, now += 1000) {
      const level = (second * GOLDEN) % 1 < share ? 0.35 : 0.05;
      events.push(...restlessness.add(now, 1000, level, inCare));
    }
  }
  return events;
}

describe('prolonged restlessness', () => {
  test('is movement for most of several minutes, told once', () => {
    const events = watch({ minutes: 10, share: 0.7 });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      event: 'restless',
      evidence: { movingShare: 0.7, minutesObserved: 5 },
    });
    expect(events[0].startedAt).toBe(BEGINNING);
  });

  test('is neither a minute of turning over nor quiet activity', () => {
    expect(watch({ minutes: 4, share: 0 }, { minutes: 1, share: 1 }, { minutes: 4, share: 0 })).toEqual([]);
    expect(watch({ minutes: 20, share: 0.35 })).toEqual([]);
  });

  test('does not count what moves while somebody is near', () => {
    expect(watch({ minutes: 20, share: 1, inCare: true }, { minutes: 5, share: 0.1 })).toEqual([]);
  });

  test('is told again after a calm time', () => {
    expect(
      watch({ minutes: 8, share: 0.8 }, { minutes: 8, share: 0.1 }, { minutes: 8, share: 0.8 }),
    ).toHaveLength(2);
  });

  test('outlives a pause in which nothing was observed', () => {
    const restlessness = new Restlessness();
    expect(restlessness.add(1000, 200, 1, false)).toEqual([]);
    expect(restlessness.add(100_000_000, 200, 1, false)).toEqual([]);
  });
});
