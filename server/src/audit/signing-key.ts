import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfPresent, writePrivateFile } from '../records/private-files.ts';
import { fingerprint, type SigningKey } from './checkpoint.ts';

const KEY_FILE = 'audit-key.pem';
/** Every key that ever signed here: checkpoints outlive keys. */
const PUBLIC_KEYS_FILE = 'audit-public-keys.pem';
const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** An Ed25519 key is missing, or is none. The message names the file. */
export class AuditKeyError extends Error {
  constructor(path: string, cause?: unknown) {
    super(`${path} does not hold an Ed25519 key in PEM`, { cause });
    this.name = 'AuditKeyError';
  }
}

export type AuditKeys = {
  own: SigningKey;
  /** Own and earlier public keys by fingerprint. */
  trusted: ReadonlyMap<string, KeyObject>;
};

/**
 * The key that signs checkpoints: of the file that the setting names, else one that is made once and kept in the
 * data directory (mode 0600).
 * @throws AuditKeyError
 */
export async function readAuditKeys(dataDirectory: string, keyFile: string | undefined): Promise<AuditKeys> {
  const privateKey =
    keyFile === undefined
      ? await readOrMakeKey(join(dataDirectory, KEY_FILE))
      : parsePrivateKey(await readFileIfPresent(keyFile), keyFile);
  const publicKey = createPublicKey(privateKey);
  const path = join(dataDirectory, PUBLIC_KEYS_FILE);
  const known = (await readFileIfPresent(path)) ?? '';
  const trusted = parsePublicKeys(known, path);
  if (!trusted.has(fingerprint(publicKey))) {
    trusted.set(fingerprint(publicKey), publicKey);
    await writePrivateFile(path, known + pemOf(publicKey));
  }
  return { own: { privateKey, publicKey }, trusted };
}

/**
 * Public keys by fingerprint; a file may hold several.
 * @throws AuditKeyError when one of them is none
 */
export function parsePublicKeys(pem: string, path: string): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const [block] of pem.matchAll(PEM_BLOCK)) {
    const key = parsed(() => createPublicKey(block), path);
    keys.set(fingerprint(key), key);
  }
  return keys;
}

export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

async function readOrMakeKey(path: string): Promise<KeyObject> {
  const known = await readFileIfPresent(path);
  if (known !== undefined) return parsePrivateKey(known, path);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}

function parsePrivateKey(pem: string | undefined, path: string): KeyObject {
  if (pem === undefined) throw new AuditKeyError(path);
  return parsed(() => createPrivateKey(pem), path);
}

function parsed(parse: () => KeyObject, path: string): KeyObject {
  let key: KeyObject;
  try {
    key = parse();
  } catch (error) {
    throw new AuditKeyError(path, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new AuditKeyError(path);
  return key;
}
