import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfPresent, writePrivateFile } from '../records/private-files.ts';
import { daySchema, hashSchema, type ChainEnd } from './chained-line.ts';

const witnessSchema = z.object({ day: daySchema, sequence: z.number().int().min(1), hash: hashSchema });

/**
 * A stored line that this server remembers outside the store: whoever cuts off or writes anew the lines of the
 * running day in the database does not reach it.
 */
export async function readWitness(dataDirectory: string, node: string): Promise<ChainEnd | undefined> {
  const content = await readFileIfPresent(pathOf(dataDirectory, node));
  return content === undefined ? undefined : witnessSchema.parse(JSON.parse(content));
}

export async function writeWitness(
  dataDirectory: string,
  node: string,
  { day, sequence, hash }: ChainEnd,
): Promise<void> {
  await writePrivateFile(pathOf(dataDirectory, node), `${JSON.stringify({ day, sequence, hash })}\n`);
}

function pathOf(dataDirectory: string, node: string): string {
  return join(dataDirectory, 'audit-witness', `${node}.json`);
}
