import { randomInt } from 'node:crypto';
import type { DtlsParameters, RtpParameters } from '@haven/protocol';

/** What a device that sends VP8 in some simulcast layers offers; every call has its own SSRCs. */
export function vp8Parameters(layers = 2): RtpParameters {
  const first = randomInt(1, 0x7fffffff);
  return {
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'goog-remb' }],
      },
    ],
    encodings: Array.from({ length: layers }, (_, index) => ({ ssrc: first + index })),
    rtcp: { cname: 'test' },
  };
}

/** A voice as a browser sends it. */
export function opusParameters(): RtpParameters {
  return {
    codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {} }],
    encodings: [{ ssrc: randomInt(1, 0x7fffffff) }],
    headerExtensions: [],
    rtcp: { cname: 'voice' },
  };
}

/** A well formed DTLS fingerprint of nobody. */
export const DTLS_PARAMETERS: DtlsParameters = {
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
};
