/** What was measured at one second, beside the truth. */
export type Judgement = {
  subject: string;
  /** Time of the second, ms from the recording's start. */
  atMs: number;
  value: number;
  /** Mean true rate over the value's window. */
  reference: number;
  quality: number;
  interval: { low: number; high: number } | null;
};

/** Errors in the unit of the value, shares 0–1; null where there is nothing to take them from. */
export type Metrics = {
  n: number;
  mae: number | null;
  rmse: number | null;
  median: number | null;
  /** Share within the absolute tolerance: 5 a minute for a pulse, 3 for breathing. */
  within: number | null;
  /** Share within 10 % of the reference. */
  withinTenth: number | null;
  /** Share within the larger of the two. */
  withinEither: number | null;
  pearson: number | null;
};

/** @param tolerance absolute, in the values' unit */
export function metrics(judgements: readonly Judgement[], tolerance: number): Metrics {
  const errors = judgements.map(({ value, reference }) => Math.abs(value - reference));
  const tenth = ({ reference }: Judgement) => 0.1 * Math.abs(reference);
  return {
    n: judgements.length,
    mae: average(errors),
    rmse: root(average(errors.map((error) => error ** 2))),
    median: median(errors),
    within: average(errors.map((error) => Number(error <= tolerance))),
    withinTenth: average(errors.map((error, i) => Number(error <= tenth(judgements[i])))),
    withinEither: average(
      errors.map((error, i) => Number(error <= Math.max(tolerance, tenth(judgements[i])))),
    ),
    pearson: pearson(judgements),
  };
}

export function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const ordered = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

function root(value: number | null): number | null {
  return value === null ? null : Math.sqrt(value);
}

/** Pearson's correlation of values and references; null when either does not vary. */
function pearson(judgements: readonly Judgement[]): number | null {
  const meanValue = average(judgements.map(({ value }) => value)) ?? 0;
  const meanReference = average(judgements.map(({ reference }) => reference)) ?? 0;
  let product = 0;
  let ofValues = 0;
  let ofReferences = 0;
  for (const { value, reference } of judgements) {
    product += (value - meanValue) * (reference - meanReference);
    ofValues += (value - meanValue) ** 2;
    ofReferences += (reference - meanReference) ** 2;
  }
  const scale = Math.sqrt(ofValues * ofReferences);
  return scale === 0 ? null : product / scale;
}
