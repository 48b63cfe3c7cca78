import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode, readFileIfPresent, writePrivateFile } from '../records/private-files.ts';
import { daySchema, hashSchema, type ChainEnd } from './chained-line.ts';

const DIRECTORY = 'audit-witness';

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

/** What this server remembers of its own chains, by node. */
export async function readWitnesses(dataDirectory: string): Promise<Map<string, ChainEnd>> {
  const witnesses = new Map<string, ChainEnd>();
  for (const file of await filesIn(join(dataDirectory, DIRECTORY))) {
    const node = file.endsWith('.json') ? file.slice(0, -'.json'.length) : undefined;
    const witness = node === undefined ? undefined : await readWitness(dataDirectory, node);
    if (node !== undefined && witness !== undefined) witnesses.set(node, witness);
  }
  return witnesses;
}

async function filesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function pathOf(dataDirectory: string, node: string): string {
  return join(dataDirectory, DIRECTORY, `${node}.json`);
}
