/** What a wall says of beds whose server is not reached: their pictures may go on, but no value and no alarm arrives. */
import type { Patient } from '@haven/protocol';
import { bedWords } from './alert-view.ts';

export const UNREACHED_WORDS = 'Its server is not reached';

/** Beds that are named one by one, at most: each of them says it as well. */
const MOST_NAMED = 6;

/** `Bed 3, Bed 4`, or of many `12 beds`. */
export function unreachedBeds(patients: readonly Patient[]): string {
  if (patients.length > MOST_NAMED) return `${patients.length} beds`;
  return patients.map(({ bed }) => bedWords(bed)).join(', ');
}
