import fc from 'fast-check';
import { bindingRequest, type IceCredentials } from './stun.ts';

/** A datagram of a usual network, and one that only fragments carry. */
const MTU = 1_500;
const LARGEST = 9_000;

export type PacketCase = { kind: 'stun' | 'dtls' | 'rtp' | 'rtcp' | 'noise'; packet: Buffer };

/** @param credentials of a transport that is open: what is damaged on top of these goes past the first check */
export function packetCases(credentials: IceCredentials): fc.Arbitrary<PacketCase> {
  const kinds = {
    stun: fc.oneof(damaged(stun(credentials)), strangeStun()),
    dtls: fc.oneof(damaged(clientHello()), strangeDtls()),
    rtp: damaged(rtp()),
    rtcp: fc.oneof(damaged(rtcp()), strangeRtcp()),
    noise: bytes(0, LARGEST),
  };
  return fc.oneof(
    ...(Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) =>
      kinds[kind].map((packet): PacketCase => ({ kind, packet })),
    ),
  );
}

/** Requests of an agent that knows the password. */
function stun(credentials: IceCredentials): fc.Arbitrary<Buffer> {
  return bytes(12, 12).map((transactionId) => bindingRequest(credentials, transactionId));
}

/** A STUN header of any class and method, with attributes whose lengths may lie. */
function strangeStun(): fc.Arbitrary<Buffer> {
  const attribute = fc
    .tuple(fc.nat(0xffff), fc.oneof(fc.nat(64), fc.nat(0xffff)), bytes(0, 64))
    .map(([type, length, value]) => Buffer.concat([uint16(type), uint16(length), value]));
  return fc
    .tuple(
      fc.nat(0x3fff),
      fc.array(attribute, { maxLength: 12 }),
      fc.integer({ min: -8, max: 8 }),
      bytes(12, 12),
    )
    .map(([type, attributes, lie, transactionId]) => {
      const body = Buffer.concat(attributes);
      const length = Math.max(0, body.length + lie) & 0xffff;
      return Buffer.concat([uint16(type), uint16(length), uint32(0x2112a442), transactionId, body]);
    });
}

/** Records of any content type, version and claimed length, several in one datagram. */
function strangeDtls(): fc.Arbitrary<Buffer> {
  const record = fc
    .tuple(
      fc.constantFrom(20, 21, 22, 23, 24, 25, 63),
      fc.constantFrom(0xfeff, 0xfefd, 0xfefc, 0x0303, 0),
      bytes(8, 8),
      fc.oneof(fc.nat(200), fc.nat(0xffff)),
      bytes(0, 300),
    )
    .map(([type, version, epochAndSequence, length, fragment]) =>
      Buffer.concat([Buffer.from([type]), uint16(version), epochAndSequence, uint16(length), fragment]),
    );
  return fc.array(record, { minLength: 1, maxLength: 5 }).map((records) => Buffer.concat(records));
}

/** A DTLS 1.2 ClientHello with the extensions of a browser's. */
function clientHello(): fc.Arbitrary<Buffer> {
  return fc.tuple(bytes(32, 32), fc.nat(5)).map(([random, sequence]) => {
    const suites = Buffer.from('c02bc02fcca9cca8c009c013c00ac014', 'hex');
    const extensions = Buffer.concat([
      extension(0x0017, Buffer.alloc(0)),
      extension(0xff01, Buffer.from([0])),
      extension(0x000a, Buffer.from('0006001d00170018', 'hex')),
      extension(0x000b, Buffer.from('0100', 'hex')),
      extension(0x000e, Buffer.from('0006000700080001' + '00', 'hex')),
      extension(0x000d, Buffer.from('000c040308040401050308050501', 'hex')),
    ]);
    const body = Buffer.concat([
      ...[uint16(0xfefd), random, Buffer.from([0, 0]), uint16(suites.length), suites],
      ...[Buffer.from([1, 0]), uint16(extensions.length), extensions],
    ]);
    const handshake = Buffer.concat([
      ...[Buffer.from([1]), uint24(body.length), uint16(sequence), uint24(0), uint24(body.length), body],
    ]);
    const header = Buffer.concat([
      Buffer.from([22]),
      uint16(0xfefd),
      Buffer.alloc(8),
      uint16(handshake.length),
    ]);
    return Buffer.concat([header, handshake]);
  });
}

function rtp(): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat(0x3f), fc.nat(0xff), bytes(10, 10), bytes(0, MTU))
    .map(([flags, marker, rest, payload]) =>
      Buffer.concat([Buffer.from([0x80 | flags, marker]), rest, payload]),
    );
}

/** A compound packet as a receiver sends it: a report, then feedback of every kind. */
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
  return fc
    .tuple(rtcp(), fc.nat(0xffff))
    .map(([packet, length]) => (packet.writeUInt16BE(length, 2), packet));
}

/** As it is, with bytes changed, cut short, or with more behind it. */
function damaged(packets: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.oneof(
    packets,
    fc
      .tuple(packets, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }))
      .map(([packet, changes]) => {
        for (const [at, value] of changes) packet[at % packet.length] = value;
        return packet;
      }),
    fc.tuple(packets, fc.nat()).map(([packet, at]) => packet.subarray(0, at % (packet.length + 1))),
    fc.tuple(packets, bytes(1, MTU)).map(([packet, more]) => Buffer.concat([packet, more])),
  );
}

function bytes(minLength: number, maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength, size: 'max' }).map((value) => Buffer.from(value));
}

function extension(type: number, value: Buffer): Buffer {
  return Buffer.concat([uint16(type), uint16(value.length), value]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value & 0xffff);
  return buffer;
}

function uint24(value: number): Buffer {
  return Buffer.from([(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}
