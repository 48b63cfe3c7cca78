import type { AuditChainReport } from '@haven/protocol';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { chainedLineSchema, type ChainedLine } from './chained-line.ts';
import { checkpointSchema, hashOfCheckpoint, type Checkpoint } from './checkpoint.ts';
import { verifyDay } from './verify-day.ts';

/** A file is not what `exportDay` writes; the message names the line. */
export class ExportFormatError extends Error {
  constructor(line: number) {
    super(`Line ${line} of the file is neither a line of the audit trail nor a checkpoint.`);
    this.name = 'ExportFormatError';
  }
}

const recordSchema = z.union([checkpointSchema, chainedLineSchema]);

/**
 * Examines an exported day by nothing but the file and the public keys.
 * @throws ExportFormatError
 */
export async function verifyExport(
  content: string,
  publicKeys: ReadonlyMap<string, KeyObject>,
): Promise<AuditChainReport[]> {
  const lines: ChainedLine[] = [];
  const checkpoints: Checkpoint[] = [];
  for (const [index, text] of content.split('\n').entries()) {
    if (text.trim() === '') continue;
    const record = parseRecord(text, index + 1);
    if ('signature' in record) checkpoints.push(record);
    else lines.push(record);
  }
  const chains = Map.groupBy(lines, ({ node, day }) => JSON.stringify([node, day]));
  // A day of which the file holds no line: its checkpoint, unless it is there for the next day's.
  const days = new Set(
    [...lines, ...latestOf(checkpoints)].map(({ node, day }) => JSON.stringify([node, day])),
  );
  const reports: AuditChainReport[] = [];
  for (const key of days) {
    const [node, day] = z.tuple([z.string(), z.string()]).parse(JSON.parse(key));
    const own = checkpoints.filter((checkpoint) => checkpoint.node === node);
    const before = own
      .filter((checkpoint) => checkpoint.day < day)
      .toSorted((a, b) => (a.day < b.day ? -1 : 1))
      .at(-1);
    const { report } = await verifyDay(chains.get(key) ?? [], {
      node,
      day,
      previous: before?.hash,
      previousCheckpoint: before && hashOfCheckpoint(before),
      checkpoint: own.find((checkpoint) => checkpoint.day === day),
      over: false,
      expired: false,
      witness: undefined,
      publicKeys,
    });
    reports.push(report);
  }
  return reports;
}

function parseRecord(text: string, line: number): Checkpoint | ChainedLine {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    throw new ExportFormatError(line);
  }
}

function latestOf(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const last = new Map<string, Checkpoint>();
  for (const checkpoint of checkpoints) {
    if ((last.get(checkpoint.node)?.day ?? '') < checkpoint.day) last.set(checkpoint.node, checkpoint);
  }
  return [...last.values()];
}
