import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const BINDING_REQUEST = 0x0001;
const FINGERPRINT_XOR = 0x5354554e;
const ATTRIBUTE = { username: 0x0006, integrity: 0x0008, priority: 0x0024, useCandidate: 0x0025 } as const;
const CONTROLLING = 0x802a;
const FINGERPRINT = 0x8028;

export type IceCredentials = { usernameFragment: string; password: string };

/** A binding request (RFC 8489, with the attributes of RFC 8445) that an ICE agent accepts and nominates. */
export function bindingRequest(
  { usernameFragment, password }: IceCredentials,
  transactionId: Buffer,
): Buffer {
  const attributes = Buffer.concat([
    attribute(ATTRIBUTE.username, Buffer.from(`${usernameFragment}:fuzz`)),
    attribute(ATTRIBUTE.priority, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
    attribute(CONTROLLING, transactionId.subarray(0, 8)),
    attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0)),
  ]);
  const signed = withLength(attributes, transactionId, 24);
  const integrity = createHmac('sha1', password).update(signed).digest();
  const whole = Buffer.concat([attributes, attribute(ATTRIBUTE.integrity, integrity)]);
  const checked = withLength(whole, transactionId, 8);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(checked) ^ FINGERPRINT_XOR) >>> 0);
  return Buffer.concat([checked, attribute(FINGERPRINT, fingerprint)]);
}

/** @param more bytes of attributes that follow and count as well */
function withLength(attributes: Buffer, transactionId: Buffer, more: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(BINDING_REQUEST, 0);
  header.writeUInt16BE(attributes.length + more, 2);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  transactionId.copy(header, 8, 0, 12);
  return Buffer.concat([header, attributes]);
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
