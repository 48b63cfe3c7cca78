import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AuditEntry } from '../records/records.ts';
import { canonicalHash, storableText } from './canonical.ts';

/** What the first line of a node's first day stands on. */
export const GENESIS_HASH = '0'.repeat(64);

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
export const daySchema = z.iso.date();
export const nodeSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** A line of the audit trail with its place in a chain, as it is hashed, kept and exported. */
export const chainedLineSchema = z.strictObject({
  id: z.uuid(),
  /** When it happened, ISO 8601 in UTC with milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  actor: z.string().min(1).max(128),
  action: z.string().min(1).max(64),
  subject: z.string().min(1).max(160),
  result: z.enum(['done', 'refused', 'failed']),
  code: z.string().max(64).nullable(),
  reason: z.string().max(200).nullable(),
  address: z.string().max(64).nullable(),
  /** How often it happened: the same refusals of a minute share a line. */
  count: z.number().int().min(1),
  node: nodeSchema,
  /** The UTC day of the chain: that of the moment at which the line was added to it. */
  day: daySchema,
  /** From 1 in each chain. */
  sequence: z.number().int().min(1),
  /** The hash of the line before, which for the first of a day is the last of the node's day before. */
  previous: hashSchema,
  /** Of all of the above; see {@link hashOfLine}. */
  hash: hashSchema,
});
export type ChainedLine = z.infer<typeof chainedLineSchema>;

/** SHA-256 over the canonical text of everything but the hash itself. */
export function hashOfLine({ hash: _hash, ...content }: ChainedLine): string {
  return canonicalHash(content);
}

/** Where a chain ends. */
export type ChainEnd = { day: string; sequence: number; hash: string };

/** Adds a line behind the end of a chain. Texts longer than the table takes come only from a mistake: they are cut. */
export function chainLine(entry: AuditEntry, node: string, end: ChainEnd): ChainedLine {
  const optional = (text: string | undefined, length: number) =>
    text === undefined ? null : storableText(text, length);
  const content = {
    id: randomUUID(),
    at: new Date(entry.at).toISOString(),
    actor: storableText(entry.actor, 128),
    action: storableText(entry.action, 64),
    subject: storableText(entry.subject, 160),
    result: entry.result,
    code: optional(entry.code, 64),
    reason: optional(entry.reason, 200),
    address: optional(entry.address, 64),
    count: entry.count ?? 1,
    node,
    day: end.day,
    sequence: end.sequence + 1,
    previous: end.hash,
  };
  return { ...content, hash: canonicalHash(content) };
}

/** The day in UTC: `2026-11-22`. */
export function dayOfMoment(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function dayAfter(day: string): string {
  return dayOfMoment(Date.parse(day) + 24 * 3600 * 1000);
}
