import fc from 'fast-check';
import { bytes, uint16 } from './buffers.ts';

/** Behind a descriptor with a picture id, the beginning of a VP8 key frame of 16 × 16 pixels (RFC 7741, RFC 6386). */
const VP8_PICTURE = Buffer.concat([
  Buffer.from('90808001100200' + '9d012a10001000', 'hex'),
  Buffer.alloc(200, 7),
]);
/** The parameters with which an H.264 key frame begins (RFC 6184). */
const H264_PICTURE = Buffer.concat([Buffer.from('6742e01f8d680a03da', 'hex'), Buffer.alloc(200, 7)]);

/** Payloads that are in order, as far as an SFU reads them. */
export const PICTURES = { VP8: VP8_PICTURE, H264: H264_PICTURE } as const;

/** VP8 descriptors of every form, cut off at any of their bytes, with or without a picture behind them. */
const vp8Payloads: fc.Arbitrary<Buffer> = fc
  .tuple(bytes(1, 1), bytes(0, 1), bytes(0, 5), fc.constantFrom(Buffer.alloc(0), VP8_PICTURE), fc.nat(20))
  .map(([first, extended, fields, picture, cut]) =>
    Buffer.concat([first, extended, fields, picture]).subarray(0, cut),
  );

/** H.264 payloads: single units, aggregates whose sizes lie, and parts of units (RFC 6184), cut off anywhere. */
const h264Payloads: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 1, 5, 6, 7, 8, 30, 31), bytes(0, 40))
    .map(([type, unit]) => Buffer.concat([Buffer.from([0x60 | type]), unit])),
  fc
    .tuple(
      fc.constantFrom(24, 25, 26, 27),
      fc.array(fc.tuple(fc.oneof(fc.nat(30), fc.nat(0xffff)), bytes(0, 30)), { maxLength: 5 }),
    )
    .map(([type, units]) =>
      Buffer.concat([Buffer.from([0x60 | type]), ...units.flatMap(([size, unit]) => [uint16(size), unit])]),
    ),
  fc
    .tuple(fc.constantFrom(28, 29), bytes(0, 30))
    .map(([type, part]) => Buffer.concat([Buffer.from([0x60 | type]), part])),
);

/** What a decoder or an SFU cannot read, of any codec: none of them looks at the payload type alone. */
export const strangePayloads: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: vp8Payloads },
  { weight: 4, arbitrary: h264Payloads },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 1, arbitrary: bytes(0, 1_200) },
);
