/** How rows reach their tables: idempotently, so that a write whose answer was lost is simply made again. */
import type { AlertRow, AuditCheckpointRow, AuditRow, EventRow, VitalRow } from './database.ts';
import type { StoreAnswer } from './store-calls.ts';
import type { StoreClient } from './store.ts';

export type StoredRows = {
  vitals: VitalRow[];
  events: EventRow[];
  alerts: AlertRow[];
  audit: AuditRow[];
  audit_checkpoints: AuditCheckpointRow[];
};
export type StoredTable = keyof StoredRows;

const ONCE = { ignoreDuplicates: true, onConflict: 'id' };

export type RowWriter<Row> = (client: StoreClient, rows: Row[]) => PromiseLike<StoreAnswer<number | null>>;

export const WRITES: { readonly [T in StoredTable]: RowWriter<StoredRows[T][number]> } = {
  vitals: (client, rows) => client.rpc('keep_vitals', { p_vitals: rows }),
  events: (client, rows) => client.from('events').upsert(rows, ONCE),
  alerts: (client, rows) => client.rpc('keep_alerts', { p_alerts: rows }),
  audit: (client, rows) => client.from('audit').upsert(rows, ONCE),
  audit_checkpoints: (client, rows) =>
    client.from('audit_checkpoints').upsert(rows, { ...ONCE, onConflict: 'node,day' }),
};
