import { MAX_EVENTS_OF_ALERT, type StoredEvent } from '@haven/protocol';
import { storedEvent } from './rows.ts';
import type { StoreCalls } from './store-calls.ts';
import type { StoreClient } from './store.ts';
import type { TrendSpan } from './trends.ts';

/** In order of time, the first ones. @throws HavenError STORAGE_UNAVAILABLE */
export async function readEvents(
  { client, calls }: { client: StoreClient; calls: StoreCalls },
  patientId: string,
  { since, until }: Pick<TrendSpan, 'since' | 'until'>,
): Promise<StoredEvent[]> {
  const rows = await calls.read(() =>
    client
      .from('events')
      .select('*')
      .eq('patient_id', patientId)
      .eq('kind', 'event')
      .gte('at', new Date(since).toISOString())
      .lt('at', new Date(until).toISOString())
      .order('at')
      .limit(MAX_EVENTS_OF_ALERT),
  );
  return rows.flatMap((row) => storedEvent(row) ?? []);
}
