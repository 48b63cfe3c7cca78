import { HavenError, type RtpCapabilities, type RtpParameters } from '@haven/protocol';
import type { Layer } from '../media/layers.ts';
import type { LayerIdentity } from './layer-sender.ts';

const ABS_SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time';
const CLOCK_RATE = 90_000;
const NONE_SSRC = 0;

/** What was agreed: how the SFU is told of the streams, and what each layer's sender needs. */
export type Negotiated = { rtpParameters: RtpParameters; identities: LayerIdentity[] };

/**
 * Chooses VP8 with NACK, PLI, REMB and, where the router has them, retransmission streams.
 * @throws HavenError UNSUPPORTED_CODEC when the router takes no VP8
 */
export function negotiate(
  router: RtpCapabilities,
  layers: readonly Layer[],
  scalabilityMode: string | undefined,
  cname: string,
): Negotiated {
  const codecs = router.codecs ?? [];
  const vp8 = codecs.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  if (!vp8) throw new HavenError('UNSUPPORTED_CODEC', 'The server takes no VP8 video.');
  const payloadType = vp8.preferredPayloadType;
  const rtx = codecs.find(
    ({ mimeType, parameters }) => mimeType.toLowerCase() === 'video/rtx' && parameters?.apt === payloadType,
  );
  const absSendTimeId = router.headerExtensions?.find(
    ({ kind, uri }) => kind === 'video' && uri === ABS_SEND_TIME,
  )?.preferredId;
  const ssrcs = distinctSsrcs(layers.length * 2);
  const identities = layers.map((_, index): LayerIdentity => {
    const retransmission = { ssrc: ssrcs[2 * index + 1], payloadType: rtx?.preferredPayloadType ?? 0 };
    return { ssrc: ssrcs[2 * index], payloadType, rtx: rtx ? retransmission : undefined, absSendTimeId };
  });
  const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'goog-remb' }];
  return {
    identities,
    rtpParameters: {
      codecs: [
        {
          mimeType: vp8.mimeType,
          payloadType,
          clockRate: CLOCK_RATE,
          parameters: {},
          rtcpFeedback: feedback,
        },
        ...(rtx
          ? [
              {
                mimeType: rtx.mimeType,
                payloadType: rtx.preferredPayloadType,
                clockRate: CLOCK_RATE,
                parameters: { apt: payloadType },
                rtcpFeedback: [],
              },
            ]
          : []),
      ],
      headerExtensions: absSendTimeId === undefined ? [] : [{ uri: ABS_SEND_TIME, id: absSendTimeId }],
      encodings: identities.map(({ ssrc, rtx: retransmission }, index) => ({
        ssrc,
        ...(retransmission ? { rtx: { ssrc: retransmission.ssrc } } : {}),
        ...(scalabilityMode === undefined ? {} : { scalabilityMode }),
        maxBitrate: layers[index].bitrate,
      })),
      rtcp: { cname, reducedSize: true },
    },
  };
}

function distinctSsrcs(count: number): number[] {
  const ssrcs = new Set<number>();
  while (ssrcs.size < count) {
    const ssrc = Math.floor(Math.random() * 2 ** 32);
    if (ssrc !== NONE_SSRC) ssrcs.add(ssrc);
  }
  return [...ssrcs];
}
