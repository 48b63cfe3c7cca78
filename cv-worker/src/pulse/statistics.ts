export function mean(values: ArrayLike<number>, from = 0, to = values.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum / (to - from);
}

/** Population standard deviation. */
export function standardDeviation(values: ArrayLike<number>, from = 0, to = values.length): number {
  const centre = mean(values, from, to);
  let sum = 0;
  for (let i = from; i < to; i++) sum += (values[i] - centre) ** 2;
  return Math.sqrt(sum / (to - from));
}
