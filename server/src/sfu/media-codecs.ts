import type { types } from 'mediasoup';
import { HavenError, type RtpParameters } from '@haven/protocol';

/**
 * What a router takes: VP8, which every browser simulcasts, and H.264 constrained baseline for cameras that have
 * only that. mediasoup adds RTX, NACK, PLI and transport-cc to each.
 */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];

const SUPPORTED_MIME_TYPES = new Set(MEDIA_CODECS.map((codec) => codec.mimeType.toLowerCase()));

/** @throws HavenError UNSUPPORTED_CODEC when anything but VP8 or H.264 (and their RTX) is offered */
export function assertSupportedCodecs(rtpParameters: RtpParameters): void {
  const unsupported = rtpParameters.codecs.find(({ mimeType }) => {
    const type = mimeType.toLowerCase();
    return type !== 'video/rtx' && !SUPPORTED_MIME_TYPES.has(type);
  });
  if (unsupported !== undefined) throw new HavenError('UNSUPPORTED_CODEC');
}
