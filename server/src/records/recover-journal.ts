import { join } from 'node:path';
import { isSuperseded } from '../audit/recover-chain.ts';
import type { Config } from '../config/config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Backlog } from './backlog.ts';
import { Journal, type JournalEntry } from './journal/journal.ts';
import { parseKept, type Kept } from './kept-entry.ts';

export type Recovered = {
  journal: Journal;
  /** What an earlier process could not store. */
  backlog: Backlog;
  /** The audit trail's part of that, oldest first. */
  audit: Extract<Kept, { kind: 'audit-lines' }>[];
};

/**
 * Opens the journal and reads what is in it.
 * @throws NodeJS.ErrnoException when it cannot be read
 */
export async function recoverJournal(
  config: Pick<Config, 'dataDirectory' | 'journalLimitBytes'>,
  { logger }: Pick<Telemetry, 'logger'>,
): Promise<Recovered> {
  const { journal, entries, tornBytes } = await Journal.open({
    directory: join(config.dataDirectory, 'journal'),
    limitBytes: config.journalLimitBytes,
  });
  let unreadable = 0;
  const audit: Recovered['audit'] = [];
  // The newest first, since a later entry of the audit trail tells whether an earlier one counts.
  const read: { entry: JournalEntry; kept: Kept }[] = [];
  for (const entry of entries.toReversed()) {
    const kept = parseKept(entry.payload);
    if (kept === undefined) unreadable += 1;
    else if (kept.kind !== 'audit-lines') read.push({ entry, kept });
    else if (isSuperseded(kept, audit)) await journal.confirm([entry]);
    else {
      audit.unshift(kept);
      read.push({ entry, kept });
    }
  }
  const backlog = new Backlog();
  for (const { entry, kept } of read.toReversed()) backlog.add(entry, kept);
  if (tornBytes > 0) logger.warn({ tornBytes }, 'the journal ended in an unfinished entry');
  if (unreadable > 0) {
    logger.error({ unreadable }, 'the journal holds entries of an unknown form; they stay in it');
  }
  return { journal, backlog, audit };
}
