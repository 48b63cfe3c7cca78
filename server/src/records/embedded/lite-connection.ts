import { createPostgresConnection, type PostgresConnection } from '@supabase/lite/postgres';
import { z } from 'zod';

/** PostgreSQL's type numbers (pg_type.oid). */
const TIMESTAMPTZ_OID = 1184;
const JSONB_OID = 3802;

/** A share of the embedded PostgreSQL's 30 connections that leaves room for the administration command and psql. */
const POOL_SIZE = 8;
const CONNECT_TIMEOUT_S = 5;

/**
 * A connection of `@supabase/lite` to PostgreSQL, with three corrections that the tests beside it guard:
 * JSON arguments of functions arrive as JSON, times are written as ISO 8601, and rows that a check or a trigger
 * refuses are the caller's error (400 with PostgreSQL's code), not the server's.
 */
export function openLiteConnection(url: string): PostgresConnection {
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      max: POOL_SIZE,
      connect_timeout: CONNECT_TIMEOUT_S,
      onnotice: () => undefined,
      types: {
        timestamptz: {
          to: TIMESTAMPTZ_OID,
          from: [TIMESTAMPTZ_OID],
          serialize: (value: unknown) => value,
          parse: isoTime,
        },
        jsonb: {
          to: JSONB_OID,
          from: [JSONB_OID],
          serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
          parse: (text: string): unknown => JSON.parse(text),
        },
      },
    },
  });
  const normalize = connection.normalizeDbError.bind(connection);
  connection.normalizeDbError = (error) => refusal(normalize(error));
  return connection;
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
