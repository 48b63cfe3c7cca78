const FIRST_MS = 250;
/** Short, because a patient is not watched while it waits. */
const LONGEST_MS = 2500;

/**
 * How long to wait before an attempt, ms: doubling, with full jitter in its upper half so that a ward's browsers do
 * not return in step.
 * @param attempt 0 for the first repetition
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}
