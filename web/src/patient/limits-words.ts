import type { LimitsInForce } from '@haven/protocol';
import { dayWords } from './day-words.ts';

export const ORIGIN_WORDS: Readonly<Record<LimitsInForce['origin'], string>> = {
  haven: 'Haven’s own limits, which nobody changed',
  room: 'limits of the room',
  patient: 'limits of this patient',
};

/** `Dr Who, 22 Nov, 03:12: “Known for this patient”` */
export function changedWords({ userName, at, reason }: NonNullable<LimitsInForce['changed']>): string {
  return `${userName}, ${dayWords(at)}: “${reason}”`;
}
