import { describe, expect, test } from '@jest/globals';
import { LinkBudget, SQUEEZED_AFTER_MS, type Claim } from './link-budget.ts';

const KBIT = 1_000;

/** Twelve tiles of 100 kbit/s, the third in high alert and the fifth focused. */
const wall = (): Claim[] =>
  Array.from({ length: 12 }, (_, index) => ({
    id: `tile-${index}`,
    bitrate: 100 * KBIT,
    priority: { 2: 200, 4: 100 }[index] ?? 1,
  }));

/** Runs a budget for some seconds. @returns the stills of each second */
function run(budget: LinkBudget, seconds: [from: number, to: number], claims: Claim[], available: number) {
  const stills: string[][] = [];
  for (let second = seconds[0]; second < seconds[1]; second++) {
    stills.push([...budget.settle(claims, { available, choked: false }, second * 1000).stills]);
  }
  return stills;
}

describe('a link that carries all tiles', () => {
  test('has no stills', () => {
    expect(run(new LinkBudget(), [0, 30], wall(), 1_300 * KBIT).flat()).toEqual([]);
  });

  test('has none while its estimate is missing, or too low for a moment only', () => {
    const budget = new LinkBudget();
    expect(budget.settle(wall(), undefined, 0).stills.size).toBe(0);
    expect(run(budget, [0, SQUEEZED_AFTER_MS / 1000], wall(), 300 * KBIT).flat()).toEqual([]);
    expect(run(budget, [3, 10], wall(), 2_000 * KBIT).flat()).toEqual([]);
  });
});

describe('a link of 500 kbit/s', () => {
  test('moves as many as it carries, patients in alert first and the focused next', () => {
    const stills = run(new LinkBudget(), [0, 5], wall(), 500 * KBIT).at(-1)!;
    expect(stills).toHaveLength(9);
    expect(stills).not.toContain('tile-2');
    expect(stills).not.toContain('tile-4');
  });

  test('gives the place of another to a tile whose patient comes into alert', () => {
    const budget = new LinkBudget();
    const claims = wall();
    const before = run(budget, [0, 5], claims, 500 * KBIT).at(-1)!;
    const alerted = claims.map((claim) => (claim.id === before[0] ? { ...claim, priority: 150 } : claim));
    const after = [...budget.settle(alerted, { available: 500 * KBIT, choked: false }, 5_000).stills];
    expect(after).toHaveLength(before.length);
    expect(after).not.toContain(before[0]);
  });

  test('keeps those that move moving, whatever their bit rates do', () => {
    const budget = new LinkBudget();
    const first = run(budget, [0, 5], wall(), 500 * KBIT)
      .at(-1)!
      .toSorted();
    const changed = wall().map((claim, index) => ({ ...claim, bitrate: (90 + index) * KBIT }));
    expect(
      run(budget, [5, 8], changed.reverse(), 500 * KBIT)
        .at(-1)!
        .toSorted(),
    ).toEqual(first);
  });

  test('decides sooner when it loses what is sent', () => {
    const budget = new LinkBudget();
    const link = { available: 500 * KBIT, choked: true };
    expect(budget.settle(wall(), link, 0).stills.size).toBe(0);
    expect(budget.settle(wall(), link, 1_000).stills.size).toBe(9);
  });

  test('moves one tile even where it carries none', () => {
    const stills = run(new LinkBudget(), [0, 10], wall(), 20 * KBIT).at(-1)!;
    expect(stills).toHaveLength(11);
    expect(stills).not.toContain('tile-2');
  });
});

describe('a link that recovers', () => {
  test('moves one more tile after another, until all do', () => {
    const budget = new LinkBudget();
    run(budget, [0, 5], wall(), 500 * KBIT);
    const counts = run(budget, [5, 60], wall(), 2_000 * KBIT).map(({ length }) => length);
    expect(counts.at(-1)).toBe(0);
    for (const [second, count] of counts.entries()) {
      expect((counts[second - 1] ?? 9) - count).toBeLessThanOrEqual(1);
    }
  });
});

test('stills get a new picture every turn where the link carries that, and less often where not', () => {
  const budget = new LinkBudget();
  run(budget, [0, 5], wall(), 500 * KBIT);
  expect(budget.settle(wall(), { available: 500 * KBIT, choked: false }, 5_000).turnsPerRefresh).toBe(1);
  expect(
    budget.settle(wall(), { available: 100 * KBIT, choked: false }, 6_000).turnsPerRefresh,
  ).toBeGreaterThan(1);
});
