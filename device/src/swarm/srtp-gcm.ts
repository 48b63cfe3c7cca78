import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Length of what proves a packet, bytes (RFC 7714, 14.1). */
export const AUTHENTICATION_TAG_BYTES = 16;
const IV_BYTES = 12;
const CIPHER = 'aes-128-gcm';

/** The keys of one direction after the derivation of RFC 3711, 4.3. */
export type SrtpGcmKeys = { readonly key: Buffer; readonly salt: Buffer };

/** Which packet of its stream: the SSRC, and the sequence number with its turns in front (48 bits, RFC 3711, 3.3.1). */
export type PacketIndex = { readonly ssrc: number; readonly index: number };

/**
 * Encrypts an RTP packet with AEAD_AES_128_GCM (RFC 7714, 8). It does no more than that, since hundreds of devices in
 * one process spend most of their time here.
 */
export function protect(header: Buffer, payload: Buffer, at: PacketIndex, keys: SrtpGcmKeys): Buffer {
  const cipher = createCipheriv(CIPHER, keys.key, initialisationVector(at, keys.salt));
  cipher.setAAD(header);
  const encrypted = cipher.update(payload);
  cipher.final();
  return Buffer.concat([header, encrypted, cipher.getAuthTag()]);
}

/**
 * Decrypts an RTP packet.
 *
 * @param headerBytes of the header with its extension
 * @returns the payload; undefined when the packet is not what the sender sent
 */
export function unprotect(
  packet: Buffer,
  headerBytes: number,
  at: PacketIndex,
  keys: SrtpGcmKeys,
): Buffer | undefined {
  const end = packet.length - AUTHENTICATION_TAG_BYTES;
  if (end < headerBytes) return undefined;
  const decipher = createDecipheriv(CIPHER, keys.key, initialisationVector(at, keys.salt));
  decipher.setAAD(packet.subarray(0, headerBytes));
  decipher.setAuthTag(packet.subarray(end));
  const payload = decipher.update(packet.subarray(headerBytes, end));
  try {
    decipher.final();
    return payload;
  } catch {
    return undefined;
  }
}

/** RFC 7714, 8.1. */
function initialisationVector({ ssrc, index }: PacketIndex, salt: Buffer): Buffer {
  const iv = Buffer.alloc(IV_BYTES);
  iv.writeUInt32BE(ssrc, 2);
  iv.writeUIntBE(index, 6, 6);
  for (let byte = 0; byte < IV_BYTES; byte++) iv[byte] ^= salt[byte];
  return iv;
}
