import fc from 'fast-check';
import { bytes, uint16, uint24 } from './buffers.ts';

export const CONTENT_TYPE = { changeCipher: 20, alert: 21, handshake: 22, application: 23 } as const;
export const DTLS_1_2 = 0xfefd;

/** Records of any content type, version and claimed length, several in one datagram. */
export function strangeDtls(): fc.Arbitrary<Buffer> {
  const record = fc
    .tuple(
      fc.constantFrom(20, 21, 22, 23, 24, 25, 63),
      fc.constantFrom(0xfeff, DTLS_1_2, 0xfefc, 0x0303, 0),
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
export function clientHello(): fc.Arbitrary<Buffer> {
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
      ...[uint16(DTLS_1_2), random, Buffer.from([0, 0]), uint16(suites.length), suites],
      ...[Buffer.from([1, 0]), uint16(extensions.length), extensions],
    ]);
    return plainRecord(handshakeFragment({ type: 1, sequence, body, offset: 0, whole: body.length }));
  });
}

/** Parts of handshake messages that overlap, leave gaps, or say another length each time. */
export function strangeFragments(): fc.Arbitrary<Buffer> {
  const fragment = fc
    .record({
      type: fc.constantFrom(0, 1, 2, 3, 11, 12, 13, 14, 15, 16, 20, 22, 200),
      sequence: fc.nat(3),
      offset: fc.oneof(fc.nat(300), fc.nat(0xffffff)),
      whole: fc.oneof(fc.nat(600), fc.nat(0xffffff)),
      body: bytes(0, 300),
    })
    .map((parts) => plainRecord(handshakeFragment(parts)));
  return fc.array(fragment, { minLength: 1, maxLength: 6 }).map((records) => Buffer.concat(records));
}

type Fragment = { type: number; sequence: number; body: Buffer; offset: number; whole: number };

function handshakeFragment({ type, sequence, body, offset, whole }: Fragment): Buffer {
  return Buffer.concat([
    ...[Buffer.from([type]), uint24(whole), uint16(sequence), uint24(offset), uint24(body.length), body],
  ]);
}

function plainRecord(fragment: Buffer): Buffer {
  return Buffer.concat([
    ...[Buffer.from([CONTENT_TYPE.handshake]), uint16(DTLS_1_2), Buffer.alloc(8)],
    ...[uint16(fragment.length), fragment],
  ]);
}

function extension(type: number, value: Buffer): Buffer {
  return Buffer.concat([uint16(type), uint16(value.length), value]);
}
