import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalHash, canonicalText } from './canonical.ts';
import { daySchema, GENESIS_HASH, hashSchema, nodeSchema, type ChainEnd } from './chained-line.ts';

/** The signed end of a node's day: nothing before it can be changed without the key. */
export const checkpointSchema = z.strictObject({
  node: nodeSchema,
  day: daySchema,
  /** Of the day's last line, and so how many it has. */
  sequence: z.number().int().min(1),
  /** Of the day's last line. */
  hash: hashSchema,
  /** {@link hashOfCheckpoint} of the node's checkpoint before this one; 64 zeros for the first. */
  previous: hashSchema,
  signedAt: z.iso.datetime({ precision: 3 }),
  /** Which key signed: {@link fingerprint}. */
  key: hashSchema,
  /** Ed25519 (RFC 8032) over the canonical text of all of the above, base64. */
  signature: z.base64().max(128),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

export type SigningKey = { privateKey: KeyObject; publicKey: KeyObject };

/** SHA-256 over the public key's SubjectPublicKeyInfo in DER, hexadecimal. */
export function fingerprint(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** @param previous the node's last checkpoint, or its hash; undefined for the first */
export function signCheckpoint(
  node: string,
  end: ChainEnd,
  { previous, signedAt, key }: { previous: string | undefined; signedAt: number; key: SigningKey },
): Checkpoint {
  const content = {
    node,
    day: end.day,
    sequence: end.sequence,
    hash: end.hash,
    previous: previous ?? GENESIS_HASH,
    signedAt: new Date(signedAt).toISOString(),
    key: fingerprint(key.publicKey),
  };
  const signature = sign(null, Buffer.from(canonicalText(content)), key.privateKey).toString('base64');
  return { ...content, signature };
}

/** SHA-256 over the canonical text of everything but the signature. */
export function hashOfCheckpoint({ signature: _signature, ...content }: Checkpoint): string {
  return canonicalHash(content);
}

/** Whether one of these keys made the signature. */
export function isSignedBy(
  { signature, ...content }: Checkpoint,
  publicKeys: ReadonlyMap<string, KeyObject>,
): boolean {
  const key = publicKeys.get(content.key);
  if (key === undefined) return false;
  return verify(null, Buffer.from(canonicalText(content)), key, Buffer.from(signature, 'base64'));
}
