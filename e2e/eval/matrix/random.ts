import { Random as Generator } from '../../../device/src/synthetic/noise.ts';

/** A seeded source of choices. */
export class Random {
  readonly #generator: Generator;

  constructor(seed: number) {
    this.#generator = new Generator(seed);
  }

  /** From `from` up to `to`. */
  between(from: number, to: number): number {
    return this.#generator.between(from, to);
  }

  /** A copy in another order (Fisher and Yates 1938). */
  shuffled<T>(values: readonly T[]): T[] {
    const order = [...values];
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(this.between(0, last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }
}
