/** Between lines and checkpoints as they are hashed, and rows of the store. */
import type { AuditRow, AuditCheckpointRow } from '../records/database.ts';
import type { ChainedLine } from './chained-line.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A row that has its place in a chain. */
export type ChainedRow = AuditRow & {
  node: string;
  day: string;
  sequence: number;
  previous: string;
  hash: string;
};

export function isChained(row: AuditRow): row is ChainedRow {
  return row.node !== null;
}

/** As it was hashed: the store may write the moment in another way. */
export function lineOfRow(row: ChainedRow): ChainedLine {
  return {
    id: row.id,
    at: moment(row.at),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    result: row.result,
    code: row.code,
    reason: row.reason,
    address: row.address,
    count: row.count,
    node: row.node,
    day: row.day,
    sequence: row.sequence,
    previous: row.previous,
    hash: row.hash,
  };
}

export function checkpointRow({ signedAt, ...checkpoint }: Checkpoint): AuditCheckpointRow {
  return { ...checkpoint, signed_at: signedAt };
}

export function checkpointOfRow(row: AuditCheckpointRow): Checkpoint {
  const { node, day, sequence, hash, previous, key, signature } = row;
  return { node, day, sequence, hash, previous, signedAt: moment(row.signed_at), key, signature };
}

function moment(text: string): string {
  return new Date(text).toISOString();
}
