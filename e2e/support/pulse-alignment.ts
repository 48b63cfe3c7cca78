/** A pulse that was published at a time, ms. */
export type PublishedPulse = { at: number; value: number };

/** Live values that belong to a second of the file are at most this far from it, ms. */
const SAME_SECOND_MS = 600;
const STEP_MS = 100;

function differencesAt(
  file: readonly PublishedPulse[],
  live: readonly PublishedPulse[],
  offset: number,
): number[] {
  return file.flatMap(({ at, value }) => {
    const near = live.filter((pulse) => Math.abs(pulse.at - offset - at) <= SAME_SECOND_MS);
    const nearest = near
      .toSorted((a, b) => Math.abs(a.at - offset - at) - Math.abs(b.at - offset - at))
      .at(0);
    return nearest === undefined ? [] : [Math.abs(nearest.value - value)];
  });
}

/**
 * Lays two courses of one recording over each other at the offset of their clocks, which is unknown, where they
 * agree best over most of their length.
 *
 * @returns how many of the file's values have a live one, and how far those are from each other
 */
export function alignedDifferences(
  file: readonly PublishedPulse[],
  live: readonly PublishedPulse[],
): { matched: number; median: number; largest: number } {
  const first = (live[0]?.at ?? 0) - (file[0]?.at ?? 0);
  let best: { cost: number; differences: number[] } = { cost: Infinity, differences: [] };
  for (let offset = first - 15_000; offset <= first + 15_000; offset += STEP_MS) {
    const differences = differencesAt(file, live, offset);
    // A second without a partner costs as much as a difference of 3: else the best place would be the emptiest.
    const cost = differences.reduce((sum, d) => sum + d, 0) + 3 * (file.length - differences.length);
    if (cost < best.cost) best = { cost, differences };
  }
  const sorted = best.differences.toSorted((a, b) => a - b);
  return {
    matched: sorted.length,
    median: sorted[Math.floor(sorted.length / 2)] ?? Infinity,
    largest: sorted.at(-1) ?? Infinity,
  };
}
