import { describe, expect, test } from '@jest/globals';
import { rtpParametersSchema, type RtpCapabilities } from '@haven/protocol';
import { layersOf } from '../media/layers.ts';
import { negotiate } from './negotiation.ts';

const VP8 = { kind: 'video' as const, mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000 };
const RTX = { ...VP8, mimeType: 'video/rtx', preferredPayloadType: 102, parameters: { apt: 101 } };
const ABS_SEND_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time' as const;
const ROUTER: RtpCapabilities = {
  codecs: [VP8, RTX],
  headerExtensions: [{ kind: 'video', uri: ABS_SEND_TIME, preferredId: 4 }],
};
const LAYERS = layersOf({ width: 640, height: 480, framesPerSecond: 15 }, 2);

describe('negotiation', () => {
  test('gives each layer a stream and a retransmission stream of its own', () => {
    const { rtpParameters, identities } = negotiate(ROUTER, LAYERS, 'L1T2', 'cname');
    expect(rtpParametersSchema.parse(rtpParameters)).toEqual(rtpParameters);
    const ssrcs = identities.flatMap(({ ssrc, rtx }) => [ssrc, rtx!.ssrc]);
    expect(new Set(ssrcs).size).toBe(4);
    expect(rtpParameters.encodings!.map(({ ssrc }) => ssrc)).toEqual(identities.map(({ ssrc }) => ssrc));
    expect(identities[0]).toMatchObject({ payloadType: 101, absSendTimeId: 4, rtx: { payloadType: 102 } });
  });

  test('does without retransmission streams and send times where the router has none', () => {
    const { rtpParameters, identities } = negotiate({ codecs: [VP8] }, LAYERS, 'L1T2', 'cname');
    expect(identities.every(({ rtx, absSendTimeId }) => !rtx && absSendTimeId === undefined)).toBe(true);
    expect(rtpParameters).toMatchObject({ codecs: [{ mimeType: 'video/VP8' }], headerExtensions: [] });
  });

  test('refuses a router without VP8 with UNSUPPORTED_CODEC', () => {
    const h264 = { ...VP8, mimeType: 'video/H264' };
    expect(() => negotiate({ codecs: [h264] }, LAYERS, 'L1T2', 'cname')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_CODEC' }),
    );
  });
});
