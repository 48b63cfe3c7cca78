import fc from 'fast-check';

/** A datagram of a usual network. */
export const MTU = 1_500;

export function bytes(minLength: number, maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength, size: 'max' }).map((value) => Buffer.from(value));
}

export const uint32s: fc.Arbitrary<number> = bytes(4, 4).map((value) => value.readUInt32BE());

/** What is done to a packet on its way. */
export type Harm = (packet: Buffer) => Buffer;

/** Bytes changed, cut short, or more behind it; the packet itself stays as it was. */
export const harms: fc.Arbitrary<Harm> = fc.oneof(
  fc
    .array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 })
    .map((changes): Harm => (packet) => {
      const changed = Buffer.from(packet);
      for (const [at, value] of changes) if (changed.length > 0) changed[at % changed.length] = value;
      return changed;
    }),
  fc.nat().map(
    (at): Harm =>
      (packet) =>
        packet.subarray(0, at % (packet.length + 1)),
  ),
  bytes(1, MTU).map(
    (more): Harm =>
      (packet) =>
        Buffer.concat([packet, more]),
  ),
);

/** As it is, or harmed. */
export function damaged(packets: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 1, arbitrary: packets },
    { weight: 3, arbitrary: fc.tuple(packets, harms).map(([packet, harm]) => harm(packet)) },
  );
}

export function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value & 0xffff);
  return buffer;
}

export function uint24(value: number): Buffer {
  return Buffer.from([(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
}

export function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}

/** Nothing, but for one time in so many. */
export function rarely<T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}
