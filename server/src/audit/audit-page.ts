import { HavenError, type AuditLine, type AuditQuery } from '@haven/protocol';
import { z } from 'zod';
import type { AuditRow } from '../records/database.ts';
import type { StoreClient } from '../records/store.ts';
import type { ChainReading } from './chain-reads.ts';

const USER = /^user:([0-9a-f-]{36})$/;
/** Behind every other one in the order of the columns, which is that of the characters' code points. */
const LAST_CHARACTER = '\u{10FFFF}';
const cursorSchema = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

export type AuditPage = { lines: AuditLine[]; next: string | null };

/**
 * Lines that fit a query, newest first.
 * @param names reads users' names, which auditors may know but not look up by themselves
 * @throws HavenError INVALID_REQUEST for a cursor that is none, STORAGE_UNAVAILABLE
 */
export async function readAuditPage(
  { client, calls }: ChainReading,
  names: StoreClient,
  query: AuditQuery,
): Promise<AuditPage> {
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  const rows = await calls.read(() => {
    let page = client.from('audit').select('*');
    if (query.since !== undefined) page = page.gte('at', new Date(query.since).toISOString());
    if (query.until !== undefined) page = page.lte('at', new Date(query.until).toISOString());
    if (query.result !== undefined) page = page.eq('result', query.result);
    for (const column of ['actor', 'action', 'subject'] as const) {
      const text = query[column];
      if (text === undefined || text === '') continue;
      if (!text.endsWith('*')) {
        page = page.eq(column, text);
        continue;
      }
      const beginning = text.slice(0, -1);
      page = page.gte(column, beginning).lt(column, beginning + LAST_CHARACTER);
    }
    if (after !== undefined) page = page.lte('at', after.at).or(`at.lt."${after.at}",id.lt.${after.id}`);
    return page
      .order('at', { ascending: false })
      .order('id', { ascending: false })
      .limit(query.limit + 1);
  });
  const shown = rows.slice(0, query.limit);
  const users = [...new Set(shown.flatMap(({ actor }) => USER.exec(actor)?.[1] ?? []))];
  const profiles =
    users.length === 0
      ? []
      : await calls.read(() => names.from('profiles').select('user_id, display_name').in('user_id', users));
  const nameOf = new Map(profiles.map((profile) => [`user:${profile.user_id}`, profile.display_name]));
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  return {
    lines: shown.map((row) => auditLine(row, nameOf.get(row.actor) ?? null)),
    next: last === undefined ? null : cursorOf(last),
  };
}

function auditLine(row: AuditRow, actorName: string | null): AuditLine {
  const { id, actor, action, subject, result, code, reason, address, count, node, day, sequence, hash } = row;
  const done = { actor, actorName, action, subject, result, code, reason, address, count };
  return { id, at: Date.parse(row.at), ...done, node, day, sequence, hash };
}

function cursorOf({ at, id }: AuditRow): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

function parseCursor(cursor: string): { at: string; id: string } {
  try {
    const [at, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { at, id };
  } catch {
    throw new HavenError('INVALID_REQUEST', 'cursor: not one that an earlier page gave.');
  }
}
