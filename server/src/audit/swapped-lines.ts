import { hashOfLine, type ChainedLine } from './chained-line.ts';

/**
 * Whether two lines whose hashes do not fit have changed places: each is what the other's place says it should be.
 * Either the places were written into the other's row, or the contents were.
 */
export function areSwapped(a: ChainedLine, b: ChainedLine): boolean {
  return [isFrom, isContentOf, isContentWithIdOf].some((fits) => fits(a, b) && fits(b, a));
}

/** The line was hashed with the other's sequence number. */
function isFrom(line: ChainedLine, { sequence }: ChainedLine): boolean {
  return hashOfLine({ ...line, sequence }) === line.hash;
}

/** The line's content, in the other's place, has the other's hash. */
function isContentOf(line: ChainedLine, { sequence, previous, hash }: ChainedLine): boolean {
  return hashOfLine({ ...line, sequence, previous }) === hash;
}

/** The same, when each row has kept its own id. */
function isContentWithIdOf(line: ChainedLine, { id, sequence, previous, hash }: ChainedLine): boolean {
  return hashOfLine({ ...line, id, sequence, previous }) === hash;
}
