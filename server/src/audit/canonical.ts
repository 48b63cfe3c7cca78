import { createHash } from 'node:crypto';

/** What can be hashed: flat, with whole numbers, so that there is only one way to write it down. */
export type Canonical = Readonly<Record<string, string | number | null>>;

/**
 * The one way in which a record is written down before it is hashed or signed (RFC 8785): its names in order, no
 * spaces, JSON's own escapes. `jq -cS .` writes the same.
 */
export function canonicalText(record: Canonical): string {
  return JSON.stringify(record, Object.keys(record).toSorted());
}

/** SHA-256 of a record's canonical text in UTF-8, hexadecimal. */
export function canonicalHash(record: Canonical): string {
  return createHash('sha256').update(canonicalText(record)).digest('hex');
}

/**
 * A text that every store and every program takes and gives back unchanged: without control characters and without
 * halves of surrogate pairs; cut to a length rather than lost.
 */
export function storableText(text: string, length: number): string {
  return text
    .slice(0, length)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ');
}
