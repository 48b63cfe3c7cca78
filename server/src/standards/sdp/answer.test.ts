import type { TransportOptions } from '@haven/protocol';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'sdp-transform';
import { H264, offer, SIMULCAST } from '../testing/offers.ts';
import { dtlsParametersOf, writeAnswer } from './answer.ts';
import { readOffer } from './offer.ts';
import { receiveVideo } from './received-video.ts';
import { sendVideo } from './sent-video.ts';
import { simulcastOf } from './simulcast.ts';

const TRANSPORT: TransportOptions = {
  id: 't',
  iceParameters: { usernameFragment: 'server', password: 'secret', iceLite: true },
  iceCandidates: [
    {
      ...{ foundation: 'udp', priority: 2, ip: '192.0.2.1', address: 'sfu.example', protocol: 'udp' },
      ...{ port: 40_000, type: 'host' },
    },
    {
      ...{ foundation: 'tcp', priority: 1, ip: '192.0.2.1', address: 'sfu.example', protocol: 'tcp' },
      ...{ port: 40_000, type: 'host', tcpType: 'passive' },
    },
  ],
  dtlsParameters: {
    role: 'auto',
    fingerprints: [
      { algorithm: 'sha-1', value: 'AA' },
      { algorithm: 'sha-256', value: 'BB' },
    ],
  },
};

function answer(text: string) {
  const read = readOffer(text);
  const { section, rtpParameters } = receiveVideo(read);
  const layers = simulcastOf(section)?.offered;
  return parse(
    writeAnswer(read, TRANSPORT, {
      section,
      direction: 'recvonly',
      rtpParameters,
      layers,
      maxBitrate: 2_500_000,
    }),
  );
}

describe('an answer', () => {
  test("has the server's end of ICE and DTLS, in the passive role", () => {
    const { icelite, groups, media } = answer(offer());
    expect(icelite).toBe('ice-lite');
    expect(groups).toEqual([{ type: 'BUNDLE', mids: 0 }]);
    expect(media).toMatchObject([
      {
        ...{ type: 'video', mid: 0, direction: 'recvonly', payloads: '96 97', setup: 'passive' },
        ...{
          iceUfrag: 'server',
          icePwd: 'secret',
          rtcpMux: 'rtcp-mux',
          endOfCandidates: 'end-of-candidates',
        },
        fingerprint: { type: 'sha-256', hash: 'BB' },
        candidates: [
          { transport: 'udp', ip: 'sfu.example', port: 40_000, type: 'host' },
          { transport: 'tcp', tcptype: 'passive' },
        ],
        bandwidth: [{ type: 'AS', limit: 2500 }],
      },
    ]);
  });

  test('is active to a peer that wants to be passive', () => {
    const passive = offer().replace('a=setup:actpass', 'a=setup:passive');
    expect(answer(passive).media[0]?.setup).toBe('active');
    expect(dtlsParametersOf(receiveVideo(readOffer(passive)).section).role).toBe('server');
  });

  test('keeps audio silent and refuses what else there is, in the order of the offer', () => {
    const data = 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=sctp-port:5000\r\n';
    const { groups, media } = answer(`${offer({}, true).replace('BUNDLE 0 1', 'BUNDLE 0 1 2')}${data}`);
    expect(media.map(({ type, port, direction }) => [type, port === 0, direction])).toEqual([
      ['audio', false, 'inactive'],
      ['video', false, 'recvonly'],
      ['application', true, 'inactive'],
    ]);
    expect(groups).toEqual([{ type: 'BUNDLE', mids: '0 1' }]);
    expect(media[0]?.rtp).toEqual([{ payload: 111, codec: 'opus', rate: 48_000, encoding: 2 }]);
  });

  test('takes simulcast in the order of the offer', () => {
    expect(answer(offer({ layers: SIMULCAST })).media[0]).toMatchObject({
      simulcast: { dir1: 'recv', list1: 'h;m;l' },
      rids: [
        { id: 'h', direction: 'recv' },
        { id: 'm', direction: 'recv' },
        { id: 'l', direction: 'recv' },
      ],
    });
  });

  test("of H.264 does not repeat what the sender's parameters say of its own stream", () => {
    const codecs = H264.map((line) =>
      line.replace('profile-level-id', 'sprop-parameter-sets=Z0LA,aM48;profile-level-id'),
    );
    const [fmtp] = answer(offer({ payloads: '106 107', codecs })).media[0]?.fmtp ?? [];
    expect(fmtp?.config).toBe('level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  });

  test("to a player names the stream's track by the player's own numbers", () => {
    const read = readOffer(offer({ direction: 'recvonly', layers: [] }));
    const { section, capabilities } = sendVideo(read, 'video/VP8');
    expect(capabilities.codecs[0]).toMatchObject({ mimeType: 'video/VP8', preferredPayloadType: 96 });
    const [codec] = capabilities.codecs;
    const rtpParameters = {
      codecs: [{ mimeType: codec.mimeType, payloadType: 96, clockRate: 90_000 }],
      encodings: [{ ssrc: 7 }],
      rtcp: { cname: 'c' },
    };
    const text = writeAnswer(read, TRANSPORT, {
      section,
      direction: 'sendonly',
      rtpParameters,
      mediaStream: 's',
    });
    expect(parse(text).media[0]).toMatchObject({
      ...{ direction: 'sendonly', payloads: 96, msid: [{ id: 's', appdata: 'video' }] },
      ssrcs: [{ id: 7, attribute: 'cname', value: 'c' }],
    });
  });

  test('has no header extension that a player numbers otherwise than mediasoup', () => {
    const matching = offer({ direction: 'recvonly' })
      .replace(/extmap:2 (\S+abs-send-time)/, 'extmap:4 $1')
      .replace('extmap:4 urn', 'extmap:9 urn');
    const uris = (text: string) =>
      sendVideo(readOffer(text), 'video/VP8').capabilities.headerExtensions?.map(({ uri }) =>
        uri.split('/').at(-1),
      );
    expect(uris(offer({ direction: 'recvonly' }))).toEqual([]);
    expect(uris(matching)).toEqual(['abs-send-time']);
  });
});
