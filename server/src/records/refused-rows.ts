/** What the store refused was set aside (`journal/refused.ndjson`): here it is looked at, and offered again. */
import { appendFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AlertRow, AuditCheckpointRow, AuditRow, EventRow, VitalRow } from './database.ts';
import { hasCode, syncDirectory } from './private-files.ts';
import { dataOf, StoreRefusedError, type StoreAnswer } from './store-calls.ts';
import { WRITES } from './store-tables.ts';
import type { StoreClient } from './store.ts';

const FILE = 'refused.ndjson';
/** What a retry under way, or one that was cut short, has taken. */
const TAKEN = /^refused-\d+\.ndjson$/;
/** The journal holds patient data. */
const FILE_MODE = 0o600;

/** A row as it was sent; the database looks at its columns once more. */
const row = <Row>() =>
  z.custom<Row>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const code = z.string();
const refusedRowSchema = z.discriminatedUnion('table', [
  z.object({ table: z.literal('vitals'), code, row: row<VitalRow>() }),
  z.object({ table: z.literal('events'), code, row: row<EventRow>() }),
  z.object({ table: z.literal('alerts'), code, row: row<AlertRow>() }),
  z.object({ table: z.literal('audit'), code, row: row<AuditRow>() }),
  z.object({ table: z.literal('audit_checkpoints'), code, row: row<AuditCheckpointRow>() }),
]);
export type RefusedRow = z.infer<typeof refusedRowSchema>;

/** @returns what is set aside; `unreadable` lines are of no known form, and are kept */
export async function listRefused(
  dataDirectory: string,
): Promise<{ rows: RefusedRow[]; unreadable: number }> {
  const directory = directoryOf(dataDirectory);
  const rows: RefusedRow[] = [];
  let unreadable = 0;
  for (const file of await refusedFiles(directory)) {
    for (const line of await linesOf(join(directory, file))) {
      const refused = parseLine(line);
      if (refused === undefined) unreadable += 1;
      else rows.push(refused);
    }
  }
  return { rows, unreadable };
}

/**
 * Offers everything that is set aside to the store again; a server may run meanwhile. What is refused again, and what
 * is of no known form, stays set aside. A retry that is cut short is repeated by the next one: writes are idempotent.
 *
 * @throws StoreUnreachableError when the store does not answer; then nothing is lost
 */
export async function retryRefused(
  dataDirectory: string,
  client: StoreClient,
  now: number,
): Promise<{ stored: number; kept: number }> {
  const directory = directoryOf(dataDirectory);
  await take(directory, now);
  const outcome = { stored: 0, kept: 0 };
  for (const file of (await refusedFiles(directory)).filter((name) => TAKEN.test(name))) {
    const kept: string[] = [];
    for (const line of await linesOf(join(directory, file))) {
      const refused = parseLine(line);
      const again = refused === undefined ? line : await offer(client, refused);
      if (again === undefined) outcome.stored += 1;
      else kept.push(again);
    }
    outcome.kept += kept.length;
    if (kept.length > 0) {
      const content = kept.map((line) => `${line}\n`).join('');
      await appendFile(join(directory, FILE), content, { mode: FILE_MODE, flush: true });
    }
    await rm(join(directory, file));
    await syncDirectory(directory);
  }
  return outcome;
}

/** Under another name, the server does not append to it any more. */
async function take(directory: string, now: number): Promise<void> {
  try {
    await rename(join(directory, FILE), join(directory, `refused-${now}.ndjson`));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** @returns the line to keep when it is refused again, with the newest code */
async function offer(client: StoreClient, refused: RefusedRow): Promise<string | undefined> {
  try {
    dataOf(await write(client, refused));
    return undefined;
  } catch (error) {
    if (error instanceof StoreRefusedError) return JSON.stringify({ ...refused, code: error.code });
    throw error;
  }
}

function write(client: StoreClient, refused: RefusedRow): PromiseLike<StoreAnswer<number | null>> {
  switch (refused.table) {
    case 'vitals':
      return WRITES.vitals(client, [refused.row]);
    case 'events':
      return WRITES.events(client, [refused.row]);
    case 'alerts':
      return WRITES.alerts(client, [refused.row]);
    case 'audit':
      return WRITES.audit(client, [refused.row]);
    case 'audit_checkpoints':
      return WRITES.audit_checkpoints(client, [refused.row]);
  }
}

function directoryOf(dataDirectory: string): string {
  return join(dataDirectory, 'journal');
}

async function refusedFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name === FILE || TAKEN.test(name)).toSorted();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
}

function parseLine(line: string): RefusedRow | undefined {
  try {
    return refusedRowSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
