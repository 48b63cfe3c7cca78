import type { Records } from '../records.ts';
import { until } from './until.ts';

/** Resolves when nothing waits in the journal any more. */
export async function allWritten(records: Pick<Records, 'state'>): Promise<void> {
  await until(
    () => Promise.resolve(records.state()),
    ({ journalEntries }) => journalEntries === 0,
    'everything is in the store',
  );
}
