import { privacySchema, timestampSchema, type Privacy } from '@haven/protocol';
import { z } from 'zod';

const endedPauseSchema = z.object({ endedAt: timestampSchema });

/** The last that is known of a patient's pauses: the one that began last, or when the last one ended. */
export const pauseRecordSchema = z.union([privacySchema, endedPauseSchema]);
export type PauseRecord = z.infer<typeof pauseRecordSchema>;

export function isPause(record: PauseRecord): record is Privacy {
  return 'since' in record;
}

/** When it became true, ms since the epoch. */
export function changedAt(record: PauseRecord): number {
  return isPause(record) ? record.since : record.endedAt;
}

/**
 * Whether one record overrules another of the same patient: the later one does, at whichever node it was made. Of two
 * of the same millisecond the pause does, and the longer one, so that all nodes come to the same.
 */
export function overrules(record: PauseRecord, known: PauseRecord): boolean {
  const later = changedAt(record) - changedAt(known);
  if (later !== 0) return later > 0;
  return runsUntil(record) > runsUntil(known);
}

function runsUntil(record: PauseRecord): number {
  return isPause(record) ? record.until : 0;
}
