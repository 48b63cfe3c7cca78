import type { Telemetry } from '../telemetry/telemetry.ts';
import type { RecordsState } from './records.ts';

/** What `RecordsState` says, at each scrape. */
export function measureRecords(telemetry: Telemetry, state: () => RecordsState): void {
  telemetry.gauge(
    'haven_journal_entries',
    'Entries that are not in the record store yet',
    () => state().journalEntries,
  );
  telemetry.gauge('haven_journal_bytes', 'Bytes of the journal on disk', () => state().journalBytes);
  telemetry.gauge(
    'haven_journal_limit_bytes',
    'Bytes that the journal may take on disk',
    () => state().journalLimitBytes,
  );
  telemetry.gauge(
    'haven_journal_oldest_age_seconds',
    'Age of the oldest entry that is not in the record store yet',
    () => state().oldestAgeMs / 1000,
  );
  telemetry.gauge('haven_record_store_reachable', 'Whether the record store answers (1) or not (0)', () =>
    state().storeReachable ? 1 : 0,
  );
}
