/** Tokens of devices (`hvd_…`) and keys of CV workers (`hvc_…`): 32 random bytes, of which only a hash is stored. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
const PREFIXES = { device: 'hvd_', 'cv-worker': 'hvc_' } as const;
export type MachineKind = keyof typeof PREFIXES;

export function newMachineToken(kind: MachineKind): string {
  return PREFIXES[kind] + randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Whether it has the form of such a token. */
export function isMachineToken(kind: MachineKind, token: string): boolean {
  const prefix = PREFIXES[kind];
  return token.startsWith(prefix) && /^[\w-]{43}$/.test(token.slice(prefix.length));
}

/** SHA-256, 64 hexadecimal digits. A slow hash protects guessable secrets; 256 random bits are not. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}
