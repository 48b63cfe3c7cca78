/** The baseline is the median of what was measured between this long ago and that long ago, ms. */
const FROM_MS = 6 * 60_000;
const UNTIL_MS = 4 * 60_000;
/** Fewer measured values than this are no baseline: a few seconds of them may all be wrong. */
const ENOUGH_VALUES = 30;
/** At one value a second. A worker that sends more only shortens its own memory. */
const MOST_VALUES = (2 * FROM_MS) / 1000;

/** A patient's pulse of about five minutes ago, for the rules of its change. */
export class PulseBaseline {
  #values: { steady: number; value: number }[] = [];

  /** @param steady when it arrived, by a clock that only runs forwards, ms */
  add(steady: number, value: number): void {
    const oldest = steady - FROM_MS;
    const first = this.#values.findIndex((known) => known.steady >= oldest);
    this.#values =
      first < 0 ? [] : this.#values.slice(Math.max(first, this.#values.length - MOST_VALUES + 1));
    this.#values.push({ steady, value });
  }

  /** @returns the median, per minute; null while too little was measured at that time */
  at(steady: number): number | null {
    const values = this.#values
      .filter((known) => known.steady >= steady - FROM_MS && known.steady <= steady - UNTIL_MS)
      .map(({ value }) => value)
      .toSorted((a, b) => a - b);
    return values.length < ENOUGH_VALUES ? null : Math.round(values[Math.floor(values.length / 2)] ?? 0);
  }
}
