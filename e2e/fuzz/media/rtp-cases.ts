import fc from 'fast-check';
import { AUTHENTICATION_TAG_BYTES } from '../../../device/src/swarm/srtp-gcm.ts';
import { bytes, harms, rarely, uint16, uint32s } from './buffers.ts';
import type { KnownStream, MediaEnd, Recipe } from './media-case.ts';
import { strangePayloads } from './payload-cases.ts';
import { lyingExtensions, strangeExtensions } from './rtp-extensions.ts';
import { writeRtp, type RtpPacket } from './rtp-packet.ts';

const FIXED_HEADER_BYTES = 12;
/** A change of an honest packet of a stream. */
type Change = (stream: KnownStream, honest: RtpPacket, end: MediaEnd) => Partial<RtpPacket>;

/** RTP that is encrypted as it should be, and malformed inside: of streams that the server knows, and of others. */
export const rtpRecipes: fc.Arbitrary<Recipe> = fc
  .tuple(fc.nat(7), uint32s, changes())
  .map(([turn, timestamp, change]) => (end) => {
    const stream = end.streams[turn % end.streams.length];
    const honest = honestPacket(end, stream, timestamp);
    return end.sealRtp(writeRtp({ ...honest, ...change(stream, honest, end) }));
  });

/** Any bytes of an honest packet changed before it is encrypted. */
export const harmedBeforeSealing: fc.Arbitrary<Recipe> = fc
  .tuple(fc.nat(7), uint32s, harms)
  .map(([turn, timestamp, harm]) => (end) => {
    const packet = harm(writeRtp(honestPacket(end, end.streams[turn % end.streams.length], timestamp)));
    // What is shorter has nothing that could be encrypted, and what is no RTP is read as something else.
    const whole = Buffer.concat([packet, Buffer.alloc(Math.max(0, FIXED_HEADER_BYTES - packet.length))]);
    whole[0] = 0x80 | (whole[0] & 0x3f);
    return end.sealRtp(whole);
  });

export function honestPacket(end: MediaEnd, stream: KnownStream, timestamp: number): RtpPacket {
  const { ssrc, payloadType, picture: payload, names: extension } = stream;
  return {
    ...{ ssrc, payloadType, sequenceNumber: end.nextSequence(ssrc), timestamp, marker: true, payload },
    ...(extension === undefined ? {} : { extension }),
  };
}

function changes(): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<Change>(() => ({})) },
    { weight: 2, arbitrary: csrcs() },
    { weight: 2, arbitrary: lyingExtensions.map((extension): Change => () => ({ extension })) },
    { weight: 6, arbitrary: strangeExtensions.map((extension): Change => () => ({ extension })) },
    { weight: 3, arbitrary: paddings() },
    { weight: 5, arbitrary: strangePayloads.map((payload): Change => () => ({ payload })) },
    { weight: 3, arbitrary: strangers() },
    { weight: 2, arbitrary: jumps() },
    { weight: 3, arbitrary: retransmissions() },
    { weight: 2, arbitrary: sizes() },
  );
}

function csrcs(): fc.Arbitrary<Change> {
  return fc.tuple(fc.nat(15), bytes(0, 60), fc.boolean()).map(([claimed, given, short]): Change => () => ({
    csrcs: { claimed, given },
    ...(short ? { payload: Buffer.alloc(0) } : {}),
  }));
}

/** Longer than the packet, as long as all that is there, or of no length at all. */
function paddings(): fc.Arbitrary<Change> {
  return fc
    .tuple(fc.oneof(fc.constantFrom(0, 1, 255), fc.nat(255)), fc.oneof(strangePayloads, bytes(0, 20)))
    .map(([padding, payload]): Change => () => ({ padding, payload }));
}

/** Streams and payload types that nobody announced, some with names of streams that somebody did. */
function strangers(): fc.Arbitrary<Change> {
  return fc
    .record({
      ssrc: rarely(fc.oneof(uint32s, fc.constantFrom(0, 1234, 0xffffffff)), 2),
      payloadType: rarely(fc.nat(127), 2),
      extension: rarely(strangeExtensions, 2),
    })
    .map(({ ssrc, payloadType, extension }): Change => (_, honest) => ({
      ssrc: ssrc ?? honest.ssrc,
      payloadType: payloadType ?? honest.payloadType,
      ...(extension === undefined ? {} : { extension }),
    }));
}

/** Numbers behind those that were sent, and ahead of them as after a long loss. */
function jumps(): fc.Arbitrary<Change> {
  return fc
    .oneof(
      { weight: 8, arbitrary: fc.integer({ min: -200, max: 60 }) },
      { weight: 1, arbitrary: fc.integer({ min: -2_000, max: 4_000 }) },
    )
    .map((by): Change => (_, { sequenceNumber }) => ({ sequenceNumber: (sequenceNumber + by) & 0xffff }));
}

/** On the stream of retransmissions (RFC 4588): of packets that were sent and that never were, whole and cut off. */
function retransmissions(): fc.Arbitrary<Change> {
  return fc
    .tuple(fc.oneof(fc.nat(100), fc.nat(0xffff)), fc.nat(4), strangePayloads)
    .map(([back, cut, inner]): Change => ({ rtxSsrc, rtxPayloadType }, { sequenceNumber }) => {
      const original = uint16((sequenceNumber - back) & 0xffff);
      return {
        ...{ ssrc: rtxSsrc, payloadType: rtxPayloadType },
        payload: cut < 2 ? original.subarray(0, cut) : Buffer.concat([original, inner]),
      };
    });
}

/** More than a usual network carries in one piece, and as much as there can be: an SFU's own extensions have no room. */
function sizes(): fc.Arbitrary<Change> {
  return fc
    .tuple(fc.boolean(), fc.integer({ min: 1_200, max: 9_000 }), fc.oneof(fc.nat(3), fc.nat(60)))
    .map(([whole, size, less]): Change => (_, honest, { largestPacket }) => {
      const bare = { ...honest, extension: undefined };
      const rest = largestPacket - AUTHENTICATION_TAG_BYTES - writeRtp(bare).length;
      const more = Math.min(rest, whole ? rest - less : size);
      return { extension: undefined, payload: Buffer.concat([honest.payload, Buffer.alloc(more)]) };
    });
}
