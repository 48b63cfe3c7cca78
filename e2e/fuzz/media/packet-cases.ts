import fc from 'fast-check';
import { bytes, damaged, MTU, uint16 } from './buffers.ts';
import { clientHello, strangeDtls } from './dtls-cases.ts';
import { damagedBindings, strangeStun } from './stun-cases.ts';
import type { IceCredentials } from './stun.ts';

/** What only fragments carry. */
const LARGEST = 9_000;

/**
 * Packets of somebody who has no keys.
 *
 * @param credentials of a transport that is open: what is damaged on top of these goes past the first check
 */
export function packetCases(credentials: IceCredentials): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.oneof(damagedBindings(credentials), strangeStun()),
    fc.oneof(damaged(clientHello()), strangeDtls()),
    damaged(rtp()),
    fc.oneof(damaged(rtcp()), strangeRtcp()),
    bytes(0, LARGEST),
  );
}

function rtp(): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat(0x3f), fc.nat(0xff), bytes(10, 10), bytes(0, MTU))
    .map(([flags, marker, rest, payload]) =>
      Buffer.concat([Buffer.from([0x80 | flags, marker]), rest, payload]),
    );
}

/** Parts of any type that say their lengths rightly. */
function rtcp(): fc.Arbitrary<Buffer> {
  const part = fc
    .tuple(fc.nat(31), fc.integer({ min: 192, max: 223 }), fc.nat(20))
    .chain(([count, type, words]) =>
      bytes(4 * words, 4 * words).map((body) =>
        Buffer.concat([Buffer.from([0x80 | count, type]), uint16(words), body]),
      ),
    );
  return fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => Buffer.concat(parts));
}

/** Parts whose lengths say more or less than there is. */
function strangeRtcp(): fc.Arbitrary<Buffer> {
  return fc.tuple(rtcp(), fc.nat(0xffff)).map(([packet, length]) => {
    packet.writeUInt16BE(length, 2);
    return packet;
  });
}
