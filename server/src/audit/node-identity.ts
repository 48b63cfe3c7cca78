import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfPresent, writePrivateFile } from '../records/private-files.ts';
import { nodeSchema } from './chained-line.ts';

/**
 * The name under which this server writes its chains: the setting's, else one that is made once and kept in the data
 * directory.
 * @throws Error when the file holds no name
 */
export async function readNodeId(dataDirectory: string, setting: string | undefined): Promise<string> {
  if (setting !== undefined) return setting;
  const path = join(dataDirectory, 'node-id');
  const known = (await readFileIfPresent(path))?.trim();
  if (known === undefined) {
    const made = `node-${randomBytes(4).toString('hex')}`;
    await writePrivateFile(path, `${made}\n`);
    return made;
  }
  if (!nodeSchema.safeParse(known).success) throw new Error(`${path} does not hold the name of a node`);
  return known;
}

/** Commands write beside a running server, so that they have chains of their own. */
export function commandNodeOf(node: string): string {
  return `${node.slice(0, 60)}.cli`;
}
