import fc from 'fast-check';
import { bytes } from './buffers.ts';

/** Of a publisher's streams, where they have names. */
export const MID = 'fuzz';
export const RIDS = ['low', 'high'] as const;

/** RFC 8285: elements of one byte of header, elements of two, and what is neither. */
const ONE_BYTE = 0xbede;
const TWO_BYTES = 0x1000;
/** Names that a stream has in its packets, which lead to a producer or to no one. */
const NAMES = [MID, ...RIDS, 'x', `${MID}\u0000`, 'a name that is longer than any'];

export type Extension = { profile: number; claimedWords: number; value: Buffer };

/** Elements with the ids that a router gives out, most of them of another length than their kind has. */
export const strangeExtensions: fc.Arbitrary<Extension> = fc
  .tuple(
    fc.constantFrom(ONE_BYTE, ONE_BYTE, TWO_BYTES, TWO_BYTES, 0x100f, 0x0000, 0xbedf),
    fc.array(
      fc.record({
        id: fc.oneof(fc.nat(15), fc.nat(255)),
        value: fc.oneof(
          bytes(0, 4),
          bytes(0, 40),
          bytes(0, 255),
          fc.constantFrom(...NAMES).map((name) => Buffer.from(name)),
        ),
        lie: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(255) }),
      }),
      { maxLength: 8 },
    ),
  )
  .map(([profile, elements]) => {
    const written = elements.map(({ id, value, lie }) =>
      profile === ONE_BYTE
        ? Buffer.concat([
            Buffer.from([((id & 0x0f) << 4) | ((value.length - 1 + lie) & 0x0f)]),
            value.subarray(0, 16),
          ])
        : Buffer.concat([Buffer.from([id, (value.length + lie) & 0xff]), value]),
    );
    return wordsOf(profile, Buffer.concat(written));
  });

/** One that says that it is longer or shorter than it is. */
export const lyingExtensions: fc.Arbitrary<Extension> = fc
  .tuple(strangeExtensions, fc.oneof(fc.nat(20), fc.nat(0xffff)))
  .map(([extension, claimedWords]) => ({ ...extension, claimedWords }));

/** Elements of one byte of header, each with what it says: from 1 to 16 bytes. */
export function named(elements: readonly { id: number; text: string }[]): Extension {
  const written = elements.map(({ id, text }) =>
    Buffer.concat([Buffer.from([(id << 4) | (text.length - 1)]), Buffer.from(text)]),
  );
  return wordsOf(ONE_BYTE, Buffer.concat(written));
}

function wordsOf(profile: number, elements: Buffer): Extension {
  const value = Buffer.concat([elements, Buffer.alloc((4 - (elements.length % 4)) % 4)]);
  return { profile, claimedWords: value.length / 4, value };
}
