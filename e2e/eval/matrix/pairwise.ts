import { Random } from './random.ts';

/** A row of a design: for each factor the index of its level, {@link OPEN} while it is not chosen. */
export type Row = readonly number[];
export const OPEN = -1;

export type PairwiseOptions = {
  /** How many levels each factor has. */
  levels: readonly number[];
  /** What is given of each row beforehand; the row gets the other factors. */
  given: readonly Row[];
  /** Whether the levels chosen so far may stand together in the row of that index. */
  allowed: (row: Row, index: number) => boolean;
  /** The factor whose levels will be compared: all levels of the others are spread evenly over its. */
  compared: number;
  seed: number;
};

/** Candidates for each row: Cohen et al. found 50 enough for designs within a few rows of the smallest. */
const CANDIDATES = 50;
/** An uneven spread over the compared factor weighs more than one over any other. */
const COMPARED_WEIGHT = 8;

/**
 * A seeded design in which every pair of levels that may meet does so, as far as the given number of rows allows: row
 * by row the best of many candidates, each built factor by factor in random order with the level that completes the
 * most new pairs (AETG; Cohen, Dalal, Fredman and Patton 1997). Among equal ones the level or candidate wins whose
 * pairs were used least.
 *
 * @throws Error when a row has no level that is allowed
 */
export function pairwiseRows(options: PairwiseOptions): Row[] {
  const random = new Random(options.seed);
  const pairs = new Pairs(options.levels, options.compared);
  return options.given.map((_, index) => {
    const candidates = Array.from({ length: CANDIDATES }, () => buildRow(options, index, pairs, random));
    const scored = candidates.map((row) => ({ row, ...sumScores(row, pairs) }));
    const { row } = scored.reduce((best, next) => (isBetter(next, best) ? next : best));
    pairs.add(row);
    return row;
  });
}

type Score = { gain: number; use: number };

function isBetter(a: Score, b: Score): boolean {
  return a.gain > b.gain || (a.gain === b.gain && a.use < b.use);
}

function buildRow(options: PairwiseOptions, index: number, pairs: Pairs, random: Random): number[] {
  const { levels, given, allowed } = options;
  const row = [...given[index]];
  const open = [...row.keys()].filter((factor) => row[factor] === OPEN);
  for (const factor of random.shuffled(open)) {
    let best: (Score & { level: number }) | undefined;
    for (const level of random.shuffled([...Array(levels[factor]).keys()])) {
      row[factor] = level;
      if (!allowed(row, index)) continue;
      const score = pairs.score(row, factor);
      if (best === undefined || isBetter(score, best)) best = { level, ...score };
    }
    if (best === undefined) throw new Error(`Row ${index} has no level of factor ${factor} that is allowed.`);
    row[factor] = best.level;
  }
  return row;
}

function sumScores(row: Row, pairs: Pairs): Score {
  const scores = row.map((_, factor) => pairs.score(row, factor));
  return {
    gain: scores.reduce((sum, { gain }) => sum + gain, 0),
    use: scores.reduce((sum, { use }) => sum + use, 0),
  };
}

/** How often each pair of levels was used. */
class Pairs {
  readonly #first: readonly number[];
  readonly #total: number;
  readonly #counts: Uint16Array;
  readonly #compared: number;

  constructor(levels: readonly number[], compared: number) {
    this.#first = levels.map((_, factor) => levels.slice(0, factor).reduce((sum, count) => sum + count, 0));
    this.#total = levels.reduce((sum, count) => sum + count, 0);
    this.#counts = new Uint16Array(this.#total ** 2);
    this.#compared = compared;
  }

  /**
   * What a factor's level adds beside the others that are chosen: `gain` pairs that are new, and `use`, small where
   * its pairs are rare (squares, so that none becomes frequent).
   */
  score(row: Row, factor: number): Score {
    let gain = 0;
    let use = 0;
    for (let other = 0; other < row.length; other++) {
      if (other === factor || row[other] === OPEN) continue;
      const count = this.#counts[this.#indexOf(row, factor, other)];
      if (count === 0) gain++;
      const weighs = factor === this.#compared || other === this.#compared;
      use += count * count * (weighs ? COMPARED_WEIGHT : 1);
    }
    return { gain, use };
  }

  add(row: Row): void {
    for (let factor = 0; factor < row.length; factor++) {
      for (let other = 0; other < row.length; other++) {
        if (other !== factor) this.#counts[this.#indexOf(row, factor, other)]++;
      }
    }
  }

  #indexOf(row: Row, a: number, b: number): number {
    return (this.#first[a] + row[a]) * this.#total + this.#first[b] + row[b];
  }
}
