import fc from 'fast-check';

/** Which cases are sent. */
export type Choice = {
  /** The same seed makes the same cases. */
  seed: number;
  count: number;
  /** The number of the one case that is sent, from 0; all when left out. */
  only?: number | undefined;
};

/** The cases with their numbers, which repeat them. */
export function casesOf<T>(arbitrary: fc.Arbitrary<T>, { seed, count, only }: Choice): [number, T][] {
  const all = [...fc.sample(arbitrary, { seed, numRuns: count }).entries()];
  return only === undefined ? all : all.filter(([number]) => number === only);
}
