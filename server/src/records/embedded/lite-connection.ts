import { createPostgresConnection, type PostgresConnection } from '@supabase/lite/postgres';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import { SERVER_APPLICATION } from './migration-session.ts';

/** A share of the embedded PostgreSQL's 30 connections that leaves room for the administration command and psql. */
const POOL_SIZE = 8;
const CONNECT_TIMEOUT_MS = 5000;
const IDLE_TIMEOUT_MS = 60_000;

export type LiteConnection = { connection: PostgresConnection; close: () => Promise<void> };

/**
 * A connection of `@supabase/lite` to PostgreSQL, with corrections that the tests beside it guard:
 *
 * - It goes through node-postgres. The driver that it brings ends the whole process, or never answers, when the
 *   database goes away in the middle of a transaction.
 * - Times are written as ISO 8601.
 * - Rows that a check or a trigger refuses are the caller's error (400 with PostgreSQL's code), not the server's.
 */
export function openLiteConnection(url: string): LiteConnection {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    application_name: SERVER_APPLICATION,
    options: '-c TimeZone=UTC',
    types: valueParsers(),
  });
  // A connection ended: its query fails, and the pool makes another one when it is needed. Node ends a process whose
  // error events nobody listens to.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  // The driver that comes with it is made, but never connects.
  const connection = createPostgresConnection({ url });
  connection.kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const normalize = connection.normalizeDbError.bind(connection);
  connection.normalizeDbError = (error) => refusal(normalize(error));
  let closing: Promise<void> | undefined;
  return { connection, close: () => (closing ??= pool.end()) };
}

/** PostgreSQL's type numbers (pg_type.oid). */
const OID = {
  int8: 20,
  nameArray: 1003,
  textArray: 1009,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  timetz: 1266,
  numeric: 1700,
} as const;

/** Numbers as numbers where they fit, dates and times as text, lists of names as lists. */
function valueParsers(): pg.TypeOverrides {
  const parsers = new pg.TypeOverrides();
  parsers.setTypeParser(OID.int8, exactNumber);
  parsers.setTypeParser(OID.numeric, exactNumber);
  parsers.setTypeParser(OID.timestamptz, isoTime);
  for (const oid of [OID.date, OID.time, OID.timestamp, OID.timetz]) {
    parsers.setTypeParser(oid, (text: string) => text);
  }
  const parseTexts = parsers.getTypeParser(OID.textArray);
  // Its type declaration takes the parser's argument for a type number.
  parsers.setTypeParser(OID.nameArray, (text: string): unknown =>
    Reflect.apply(parseTexts, undefined, [text]),
  );
  return parsers;
}

/** Text where a double would not hold it. */
function exactNumber(text: string): number | string {
  const value = Number(text);
  return String(value) === text ? value : text;
}

/** `2026-11-22 08:00:00.5+00` to `2026-11-22T08:00:00.5+00:00`. */
function isoTime(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
}

const databaseErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  detail: z.string().nullish(),
  hint: z.string().nullish(),
});
/** Integrity violations for which the stack itself answers with a status of its own. */
const KNOWN_TO_LITE = new Set(['23502', '23503', '23505']);

/** Check violations (class 23) and RAISE (P0001), in the form by which PostgREST lets a database choose its answer. */
function refusal(error: unknown): unknown {
  const parsed = databaseErrorSchema.safeParse(error);
  if (!parsed.success) return error;
  const { code, message, detail, hint } = parsed.data;
  if (code !== 'P0001' && !(code.startsWith('23') && !KNOWN_TO_LITE.has(code))) return error;
  return {
    code: 'PGRST',
    message: JSON.stringify({ code, message, details: detail ?? null, hint: hint ?? null }),
    detail: JSON.stringify({ status: 400, headers: {} }),
  };
}
