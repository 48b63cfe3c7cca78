import { Readable } from 'node:stream';
import type { AuditReads } from '../http/audit-api.ts';

/** An audit trail in which nothing stands, for tests of other parts. */
export const NO_AUDIT_READS: AuditReads = {
  page: () => Promise.resolve({ lines: [], next: null }),
  verify: () => Promise.resolve({ ok: true, checkedAt: 0, chains: [], beforeChains: 0 }),
  export: () => Readable.from([]),
};
