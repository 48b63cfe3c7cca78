import type { AuditRow } from '../../records/database.ts';
import { accepted, type AdministrationContext } from './context.ts';

export type AuditFilter = { result?: AuditRow['result']; limit: number };

/** Newest first. */
export async function listAudit({ store }: AdministrationContext, filter: AuditFilter): Promise<AuditRow[]> {
  const newest = store.service
    .from('audit')
    .select('*')
    .order('at', { ascending: false })
    .limit(filter.limit);
  return accepted(await (filter.result === undefined ? newest : newest.eq('result', filter.result)));
}
