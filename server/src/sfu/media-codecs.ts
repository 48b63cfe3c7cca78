import type { types } from 'mediasoup';
import { HavenError, type RtpParameters } from '@haven/protocol';

/**
 * What a stream may be: VP8, which every browser simulcasts, and H.264 constrained baseline for cameras that have
 * only that. mediasoup adds RTX, NACK, PLI and transport-cc to each.
 */
const VIDEO_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];

/** Of a talk's voices: Opus (RFC 7587), which every WebRTC endpoint has. */
const VOICE_CODEC: types.RouterRtpCodecCapability = {
  kind: 'audio',
  mimeType: 'audio/opus',
  clockRate: 48_000,
  channels: 2,
};

/** What a router takes. */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [...VIDEO_CODECS, VOICE_CODEC];

/** What a router takes of a codec. @throws HavenError UNSUPPORTED_CODEC */
export function routerCodec(mimeType: string): types.RouterRtpCodecCapability {
  const codec = MEDIA_CODECS.find((known) => known.mimeType.toLowerCase() === mimeType.toLowerCase());
  if (codec === undefined) throw new HavenError('UNSUPPORTED_CODEC');
  return codec;
}

const SUPPORTED_MIME_TYPES = new Set(VIDEO_CODECS.map((codec) => codec.mimeType.toLowerCase()));

/** @throws HavenError UNSUPPORTED_CODEC when anything but VP8 or H.264 (and their RTX) is offered */
export function assertSupportedCodecs(rtpParameters: RtpParameters): void {
  const unsupported = rtpParameters.codecs.find(({ mimeType }) => {
    const type = mimeType.toLowerCase();
    return type !== 'video/rtx' && !SUPPORTED_MIME_TYPES.has(type);
  });
  if (unsupported !== undefined) throw new HavenError('UNSUPPORTED_CODEC');
}

/** @throws HavenError INVALID_REQUEST when two layers, or a layer and its retransmissions, cannot be told apart */
export function assertToldApart({ encodings = [] }: RtpParameters): void {
  const ssrcs = encodings.flatMap(({ ssrc, rtx }) => [ssrc, rtx?.ssrc]).filter((ssrc) => ssrc !== undefined);
  const rids = encodings.map(({ rid }) => rid).filter((rid) => rid !== undefined);
  if (new Set(ssrcs).size < ssrcs.length || new Set(rids).size < rids.length) {
    throw new HavenError('INVALID_REQUEST', 'Each layer needs an SSRC or RID of its own.');
  }
}

/** @throws HavenError UNSUPPORTED_CODEC when anything but Opus is offered */
export function assertVoiceCodec(rtpParameters: RtpParameters): void {
  const voice = VOICE_CODEC.mimeType.toLowerCase();
  if (rtpParameters.codecs.some(({ mimeType }) => mimeType.toLowerCase() !== voice)) {
    throw new HavenError('UNSUPPORTED_CODEC', 'Send Opus audio.');
  }
}
