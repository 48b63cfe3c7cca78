import { randomUUID } from 'node:crypto';
import { managedKeySchema, type ManagedKey } from '@haven/protocol';
import { z } from 'zod';
import { readFileIfPresent, writePrivateFile } from '../../records/private-files.ts';
import { hashOfToken, newMachineToken } from '../machine-tokens.ts';
import { accepted, AdministrationError, audit, type AdministrationContext } from './context.ts';
import { readPage, WHOLE, type ListQuery, type Page } from './lists.ts';
import { requireName, requireUuid, type NewMachine } from './machines.ts';

const keysSchema = z.object({ total: z.number(), items: z.array(managedKeySchema) });

/** @throws AdministrationError INVALID_REQUEST */
export async function addCvKey(context: AdministrationContext, name: string): Promise<NewMachine> {
  requireName(name);
  const token = newMachineToken('cv-worker');
  const id = randomUUID();
  accepted(await context.store.service.from('cv_keys').insert({ id, name, key_hash: hashOfToken(token) }));
  await audit(context, 'cv-key:add', `cv-worker:${id}`);
  return { id, token };
}

export async function listCvKeys(context: AdministrationContext): Promise<ManagedKey[]> {
  return (await pageOfCvKeys(context, WHOLE)).items;
}

export function pageOfCvKeys(context: AdministrationContext, query: ListQuery): Promise<Page<ManagedKey>> {
  return readPage(context, 'list_cv_keys', keysSchema, query);
}

/** @throws AdministrationError KEY_UNKNOWN */
export async function findCvKey(context: AdministrationContext, keyId: string): Promise<ManagedKey> {
  const { items } = await pageOfCvKeys(context, { ...WHOLE, search: keyId });
  const key = items.find(({ id }) => id === keyId);
  if (key === undefined) throw new AdministrationError('KEY_UNKNOWN');
  return key;
}

/** @throws AdministrationError INVALID_REQUEST, KEY_UNKNOWN, ALREADY_DONE when it was revoked before */
export async function revokeCvKey(context: AdministrationContext, keyId: string): Promise<void> {
  await changeValidKey(context, keyId, { revoked_at: new Date(context.clock()).toISOString() });
  await audit(context, 'cv-key:revoke', `cv-worker:${keyId}`);
}

/**
 * Replaces the key; the old one is void.
 * @param ownKeyFile from which the workers that this server starts read their key: it follows
 * @throws as {@link revokeCvKey} does
 */
export async function rotateCvKey(
  context: AdministrationContext,
  keyId: string,
  ownKeyFile: string,
): Promise<NewMachine> {
  const token = newMachineToken('cv-worker');
  const isOwn = (await keyIn(context, ownKeyFile)) === keyId;
  await changeValidKey(context, keyId, { key_hash: hashOfToken(token) });
  // A crash before this costs nothing: the next start makes a key of its own when the file's is void.
  if (isOwn) await writePrivateFile(ownKeyFile, `${token}\n`);
  await audit(context, 'cv-key:rotate', `cv-worker:${keyId}`);
  return { id: keyId, token };
}

/** The id of the key that is in the file. */
async function keyIn({ store }: AdministrationContext, file: string): Promise<string | undefined> {
  const key = (await readFileIfPresent(file))?.trim();
  if (key === undefined) return undefined;
  const rows = accepted(await store.service.from('cv_keys').select('id').eq('key_hash', hashOfToken(key)));
  return rows[0]?.id;
}

async function changeValidKey(
  context: AdministrationContext,
  keyId: string,
  change: { revoked_at: string } | { key_hash: string },
): Promise<void> {
  requireUuid(keyId, 'key');
  const keys = context.store.service.from('cv_keys');
  const changed = accepted(await keys.update(change).eq('id', keyId).is('revoked_at', null).select('id'));
  if (changed.length > 0) return;
  const known = accepted(await context.store.service.from('cv_keys').select('id').eq('id', keyId));
  throw known.length === 0
    ? new AdministrationError('KEY_UNKNOWN', `There is no key ${keyId}.`)
    : new AdministrationError('ALREADY_DONE', `Key ${keyId} was revoked before.`);
}
