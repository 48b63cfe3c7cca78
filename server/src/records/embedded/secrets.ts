import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { StoreStartError } from '../errors.ts';
import { readFileIfPresent, writePrivateFile } from '../private-files.ts';

const secretsSchema = z.object({
  /** PostgreSQL's password. */
  postgres: z.string().min(1),
  /** Signs access tokens. */
  jwt: z.string().min(32),
  publishableKey: z.string().startsWith('sb_publishable_'),
  secretKey: z.string().startsWith('sb_secret_'),
});
/** What the embedded stack needs to know of itself; made at the first start, kept in a file of mode 0600. */
export type Secrets = z.infer<typeof secretsSchema>;

/**
 * @param clusterSecret of all nodes of a cluster: each of them then takes the access tokens that any of them signed
 * @throws StoreStartError when the file is damaged
 */
export async function readSecrets(dataDirectory: string, clusterSecret?: string): Promise<Secrets> {
  const secrets = await readOrMake(dataDirectory);
  if (clusterSecret === undefined) return secrets;
  return { ...secrets, jwt: createHmac('sha256', clusterSecret).update('access tokens').digest('base64url') };
}

async function readOrMake(dataDirectory: string): Promise<Secrets> {
  const path = join(dataDirectory, 'secrets.json');
  const content = await readFileIfPresent(path);
  if (content !== undefined) {
    try {
      return secretsSchema.parse(JSON.parse(content));
    } catch (error) {
      throw new StoreStartError(`The file ${path} is damaged. Restore it from a backup.`, error);
    }
  }
  const secrets = {
    postgres: randomBytes(24).toString('hex'),
    jwt: randomBytes(48).toString('base64url'),
    publishableKey: `sb_publishable_${randomBytes(16).toString('base64url')}`,
    secretKey: `sb_secret_${randomBytes(32).toString('base64url')}`,
  };
  await writePrivateFile(path, JSON.stringify(secrets, undefined, 2));
  return secrets;
}
