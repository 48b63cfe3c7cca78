import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { uint16, uint32 } from './buffers.ts';

export const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const FINGERPRINT_XOR = 0x5354554e;
const FINGERPRINT_BYTES = 8;
const INTEGRITY_BYTES = 24;
export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
  nomination: 0xc001,
} as const;

export type IceCredentials = { usernameFragment: string; password: string };

/** A binding request (RFC 8489, with the attributes of RFC 8445) that an ICE agent accepts and nominates. */
export function bindingRequest(
  { usernameFragment, password }: IceCredentials,
  transactionId: Buffer,
): Buffer {
  const attributes = Buffer.concat([
    attribute(ATTRIBUTE.username, Buffer.from(`${usernameFragment}:fuzz`)),
    attribute(ATTRIBUTE.priority, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
    attribute(ATTRIBUTE.controlling, transactionId.subarray(0, 8)),
    attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0)),
  ]);
  return signed({ type: BINDING_REQUEST, transactionId, attributes }, password);
}

export type StunMessage = {
  /** Class and method. */
  type: number;
  transactionId: Buffer;
  attributes: Buffer;
};

/** Any message with a MESSAGE-INTEGRITY and a FINGERPRINT that are right for it. */
export function signed({ type, transactionId, attributes }: StunMessage, password: string): Buffer {
  const header = (length: number) =>
    Buffer.concat([uint16(type), uint16(length), uint32(MAGIC_COOKIE), transactionId.subarray(0, 12)]);
  const proven = Buffer.concat([header(attributes.length + INTEGRITY_BYTES), attributes]);
  const integrity = createHmac('sha1', password).update(proven).digest();
  const whole = Buffer.concat([attributes, attribute(ATTRIBUTE.integrity, integrity)]);
  const checked = Buffer.concat([header(whole.length + FINGERPRINT_BYTES), whole]);
  return Buffer.concat([checked, attribute(ATTRIBUTE.fingerprint, uint32(crc32(checked) ^ FINGERPRINT_XOR))]);
}

/** @param length what it says of itself */
export function attribute(type: number, value: Buffer, length = value.length): Buffer {
  return Buffer.concat([
    ...[uint16(type), uint16(length), value],
    Buffer.alloc((4 - (value.length % 4)) % 4),
  ]);
}
