import fc from 'fast-check';
import { bytes, damaged, uint16, uint32 } from './buffers.ts';
import { ATTRIBUTE, attribute, bindingRequest, MAGIC_COOKIE, signed, type IceCredentials } from './stun.ts';

/** A request with credentials that are known only when it is sent. */
export type StunRecipe = (credentials: IceCredentials) => Buffer;

const transactionIds = bytes(12, 12);

/** Requests of an agent that knows the password, harmed on their way. */
export function damagedBindings(credentials: IceCredentials): fc.Arbitrary<Buffer> {
  return damaged(transactionIds.map((transactionId) => bindingRequest(credentials, transactionId)));
}

/** A STUN header of any class and method, with attributes whose lengths may lie. */
export function strangeStun(): fc.Arbitrary<Buffer> {
  const any = fc
    .tuple(fc.nat(0xffff), fc.oneof(fc.nat(64), fc.nat(0xffff)), bytes(0, 64))
    .map(([type, length, value]) => Buffer.concat([uint16(type), uint16(length), value]));
  return fc
    .tuple(fc.nat(0x3fff), fc.array(any, { maxLength: 12 }), fc.integer({ min: -8, max: 8 }), transactionIds)
    .map(([type, attributes, lie, transactionId]) => {
      const body = Buffer.concat(attributes);
      const length = Math.max(0, body.length + lie) & 0xffff;
      return Buffer.concat([uint16(type), uint16(length), uint32(MAGIC_COOKIE), transactionId, body]);
    });
}

/** Requests, indications and answers that are nonsense, and signed with the right password. */
export const signedNonsense: fc.Arbitrary<StunRecipe> = fc
  .tuple(
    fc.constantFrom(0x0001, 0x0001, 0x0001, 0x0011, 0x0101, 0x0111, 0x0003, 0x3eef),
    fc.boolean(),
    fc.array(attributes(), { maxLength: 8 }),
    transactionIds,
  )
  .map(([type, named, more, transactionId]) => ({ usernameFragment, password }) => {
    const name = named ? [attribute(ATTRIBUTE.username, Buffer.from(`${usernameFragment}:fuzz`))] : [];
    return signed({ type, transactionId, attributes: Buffer.concat([...name, ...more]) }, password);
  });

/** Known ones of the right and of any other length, twice and in any order, and unknown ones. */
function attributes(): fc.Arbitrary<Buffer> {
  const types = fc.oneof(fc.constantFrom(...Object.values(ATTRIBUTE)), fc.nat(0xffff));
  return fc.oneof(
    fc.constant(attribute(ATTRIBUTE.priority, uint32(0x6e7f1eff))),
    fc.constant(attribute(ATTRIBUTE.controlling, Buffer.alloc(8, 1))),
    fc.constant(attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0))),
    fc.tuple(types, bytes(0, 40)).map(([type, value]) => attribute(type, value)),
    fc.tuple(types, bytes(0, 40), fc.nat(0xffff)).map(([type, value, lie]) => attribute(type, value, lie)),
    fc.tuple(types, bytes(500, 2_000)).map(([type, value]) => attribute(type, value)),
  );
}
