/** The audit trail for auditors: read, verified, exported; each of which stands in it as well. */
import {
  auditExportQuerySchema,
  auditQuerySchema,
  auditVerifyQuerySchema,
  HavenError,
} from '@haven/protocol';
import type { Router } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditReader } from '../audit/audit-reader.ts';
import { parse, type Gate } from './gate.ts';

const DAY_MS = 24 * 3600 * 1000;
/** A quarter: some minutes of reading for a large installation. */
const MAX_DAYS = 92;

export type AuditReads = Pick<AuditReader, 'page' | 'verify'> & {
  export: (...[user, day]: Parameters<AuditReader['export']>) => AsyncIterable<string>;
};

export function addAuditRoutes(api: Router, { gate, audit }: { gate: Gate; audit: AuditReads }): void {
  // A POST that only reads: what is looked for, patients' ids among it, stands in no address.
  api.post('/audit/search', async (request, response) => {
    const user = await gate.allow(request, 'audit:read', 'audit');
    const query = parse(auditQuerySchema, request.body);
    if (query.since !== undefined && query.until !== undefined && query.since > query.until) {
      throw new HavenError('INVALID_REQUEST', 'since must not be after until.');
    }
    const page = await audit.page(user, query);
    await gate.done(request, user, 'audit:read', 'audit');
    response.json(page);
  });

  api.get('/audit/verify', async (request, response) => {
    const user = await gate.allow(request, 'audit:read', 'audit');
    const { from, to } = parse(auditVerifyQuerySchema, request.query);
    const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (days < 1 || days > MAX_DAYS) {
      throw new HavenError(
        'INVALID_REQUEST',
        `from must not be after to, and at most ${MAX_DAYS} days lie there.`,
      );
    }
    const verification = await audit.verify(user, from, to);
    await gate.done(request, user, 'audit:verify', `audit:${from}..${to}`);
    response.json(verification);
  });

  api.get('/audit/export', async (request, response) => {
    const user = await gate.allow(request, 'audit:read', 'audit');
    const { day } = parse(auditExportQuerySchema, request.query);
    await gate.done(request, user, 'audit:export', `audit:${day}`);
    response.attachment(`haven-audit-${day}.jsonl`).type('application/x-ndjson');
    await pipeline(Readable.from(audit.export(user, day)), response);
  });
}
