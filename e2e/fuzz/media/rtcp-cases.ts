import fc from 'fast-check';
import { bytes, harms, rarely, uint16, uint24, uint32, uint32s } from './buffers.ts';
import type { MediaEnd, Recipe } from './media-case.ts';

const VERSION = 0x80;
const PADDED = 0x20;
/** An SFU's own stream, with which it probes what a path carries. */
const PROBATION_SSRC = 1234;
const HEADER_BYTES = 8;
const TYPE = { sr: 200, rr: 201, sdes: 202, bye: 203, app: 204, rtpfb: 205, psfb: 206, xr: 207 } as const;

/** Names a stream, once it is known which there are. */
type Ssrc = (end: MediaEnd) => number;
/** What stands behind the common header, by the streams that there are. */
type Body = (end: MediaEnd) => Buffer;
type Part = { type: number; count: number; body: Body };

const ssrcs: fc.Arbitrary<Ssrc> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.nat(7).map(
      (turn): Ssrc =>
        ({ streams }) =>
          streams[turn % streams.length].ssrc,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(7).map(
      (turn): Ssrc =>
        ({ streams }) =>
          streams[turn % streams.length].rtxSsrc,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 1, PROBATION_SSRC, 0xffffffff).map(
      (ssrc): Ssrc =>
        () =>
          ssrc,
    ),
  },
  {
    weight: 2,
    arbitrary: uint32s.map(
      (ssrc): Ssrc =>
        () =>
          ssrc,
    ),
  },
);

/** Compound RTCP that is encrypted as it should be, and says nonsense: in its lengths, its counts, or all of it. */
export const rtcpRecipes: fc.Arbitrary<Recipe> = fc
  .tuple(fc.array(parts(), { minLength: 1, maxLength: 4 }), rarely(harms, 4))
  .map(([written, harm]) => (end) => {
    const compound = Buffer.concat(written.map((part) => part(end)));
    const harmed = harm?.(compound.subarray(HEADER_BYTES)) ?? compound.subarray(HEADER_BYTES);
    const whole = Buffer.concat([compound.subarray(0, HEADER_BYTES), harmed]);
    return end.sealRtcp(Buffer.concat([whole, Buffer.alloc(Math.max(0, HEADER_BYTES - whole.length))]));
  });

/** One part with its header: lengths and counts are right in most. */
function parts(): fc.Arbitrary<Body> {
  return fc
    .record({
      part: fc.oneof(reports(), feedback(), transportFeedback(), extendedReports(), others()),
      count: rarely(fc.nat(31), 5),
      words: rarely(fc.oneof(fc.nat(30), fc.nat(0xffff)), 6),
      padding: rarely(bytes(0, 8), 8),
    })
    .map(({ part, count, words, padding }) => (end) => {
      const content = Buffer.concat([part.body(end), padding ?? Buffer.alloc(0)]);
      const body = Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
      const flags = VERSION | (padding === undefined ? 0 : PADDED) | ((count ?? part.count) & 0x1f);
      return Buffer.concat([Buffer.from([flags, part.type]), uint16(words ?? body.length / 4), body]);
    });
}

/** A sender's and a receiver's (RFC 3550, 6.4), with fewer or more blocks than they count. */
function reports(): fc.Arbitrary<Part> {
  const block = fc.tuple(ssrcs, bytes(20, 20)).map(
    ([ssrc, rest]): Body =>
      (end) =>
        Buffer.concat([uint32(ssrc(end)), rest]),
  );
  return fc
    .tuple(fc.boolean(), ssrcs, bytes(20, 20), fc.array(block, { maxLength: 33 }))
    .map(([sender, from, info, blocks]) => ({
      ...{ type: sender ? TYPE.sr : TYPE.rr, count: blocks.length },
      body: (end) =>
        Buffer.concat([
          ...[uint32(from(end)), sender ? info : Buffer.alloc(0)],
          ...blocks.map((one) => one(end)),
        ]),
    }));
}

/** NACK, PLI, FIR, REMB and all else that a receiver asks for (RFC 4585, RFC 5104). */
function feedback(): fc.Arbitrary<Part> {
  const remb = fc
    .tuple(fc.constantFrom('REMB', 'REMB', 'REMB', 'XXXX'), fc.nat(255), bytes(3, 3), fc.array(ssrcs))
    .map(([name, claimed, rate, named]): Part => ({
      ...{ type: TYPE.psfb, count: 15 },
      body: (end) =>
        Buffer.concat([
          ...[Buffer.from(name), Buffer.from([claimed]), rate],
          ...named.map((ssrc) => uint32(ssrc(end))),
        ]),
    }));
  const fir = fc.array(fc.tuple(ssrcs, bytes(4, 4)), { maxLength: 5 }).map((items): Part => ({
    ...{ type: TYPE.psfb, count: 4 },
    body: (end) => Buffer.concat(items.flatMap(([ssrc, rest]) => [uint32(ssrc(end)), rest])),
  }));
  const nack = fc.array(fc.tuple(fc.nat(0xffff), fc.nat(0xffff)), { maxLength: 40 }).map((items): Part => ({
    ...{ type: TYPE.rtpfb, count: 1 },
    body: () => Buffer.concat(items.flatMap(([lost, following]) => [uint16(lost), uint16(following)])),
  }));
  const anything = fc
    .tuple(fc.constantFrom(TYPE.rtpfb, TYPE.psfb), fc.nat(31), bytes(0, 60))
    .map(([type, count, rest]): Part => ({ type, count, body: () => rest }));
  const pli = fc.constant<Part>({ type: TYPE.psfb, count: 1, body: () => Buffer.alloc(0) });
  return fc.tuple(ssrcs, ssrcs, fc.oneof(remb, fir, nack, anything, pli)).map(([from, of, part]) => ({
    ...part,
    body: (end) => Buffer.concat([uint32(from(end)), uint32(of(end)), part.body(end)]),
  }));
}

/** Transport-wide congestion control: counts, chunks and times that do not belong together. */
function transportFeedback(): fc.Arbitrary<Part> {
  return fc
    .record({
      from: ssrcs,
      of: ssrcs,
      base: fc.nat(0xffff),
      count: fc.oneof(fc.nat(40), fc.nat(0xffff)),
      reference: fc.nat(0xffffff),
      turn: fc.nat(255),
      chunks: fc.array(fc.nat(0xffff), { maxLength: 30 }),
      deltas: bytes(0, 80),
    })
    .map(({ from, of, base, count, reference, turn, chunks, deltas }) => ({
      ...{ type: TYPE.rtpfb, count: 15 },
      body: (end) =>
        Buffer.concat([
          ...[uint32(from(end)), uint32(of(end)), uint16(base), uint16(count)],
          ...[uint24(reference), Buffer.from([turn]), ...chunks.map(uint16), deltas],
        ]),
    }));
}

/** RFC 3611: blocks of any type whose lengths may lie. */
function extendedReports(): fc.Arbitrary<Part> {
  const block = fc
    .record({
      type: fc.oneof(fc.constantFrom(4, 5), fc.nat(255)),
      ssrc: ssrcs,
      rest: bytes(0, 40),
      words: rarely(fc.oneof(fc.nat(12), fc.nat(0xffff)), 4),
    })
    .map(({ type, ssrc, rest, words }): Body => (end) => {
      const padded = Buffer.concat([rest, Buffer.alloc((4 - (rest.length % 4)) % 4)]);
      return Buffer.concat([
        ...[Buffer.from([type, 0]), uint16(words ?? padded.length / 4 + 1), uint32(ssrc(end)), padded],
      ]);
    });
  return fc.tuple(ssrcs, fc.array(block, { maxLength: 6 })).map(([from, blocks]) => ({
    ...{ type: TYPE.xr, count: 0 },
    body: (end) => Buffer.concat([uint32(from(end)), ...blocks.map((one) => one(end))]),
  }));
}

/** Descriptions, farewells and what is an application's own, and types that nobody has. */
function others(): fc.Arbitrary<Part> {
  const item = fc
    .tuple(fc.nat(9), fc.nat(255), bytes(0, 30))
    .map(([type, length, text]) => Buffer.concat([Buffer.from([type, length]), text]));
  return fc
    .tuple(
      fc.oneof(fc.constantFrom(TYPE.sdes, TYPE.bye, TYPE.app), fc.integer({ min: 192, max: 223 })),
      fc.nat(31),
      fc.array(fc.tuple(ssrcs, fc.array(item, { maxLength: 4 })), { maxLength: 5 }),
    )
    .map(([type, count, chunks]) => ({
      ...{ type, count },
      body: (end) => Buffer.concat(chunks.flatMap(([ssrc, items]) => [uint32(ssrc(end)), ...items])),
    }));
}
