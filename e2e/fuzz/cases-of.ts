import fc from 'fast-check';

/** The same cases for the same seed. */
export function casesOf<T>(arbitrary: fc.Arbitrary<T>, seed: number, count: number): T[] {
  return fc.sample(arbitrary, { seed, numRuns: count });
}
