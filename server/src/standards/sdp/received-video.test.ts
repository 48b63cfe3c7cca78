import { describe, expect, test } from '@jest/globals';
import { H264, offer, SIMULCAST, VP8 } from '../testing/offers.ts';
import { readOffer } from './offer.ts';
import { receiveVideo } from './received-video.ts';

const receive = (text: string) => receiveVideo(readOffer(text)).rtpParameters;

describe('the video of an offer', () => {
  test("is taken in the offer's first codec that Haven knows, with its numbers", () => {
    const { mid, codecs, encodings, headerExtensions } = receive(offer());
    expect(mid).toBe('0');
    expect(codecs).toEqual([
      {
        ...{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {} },
        rtcpFeedback: [
          { type: 'transport-cc' },
          { type: 'ccm', parameter: 'fir' },
          { type: 'nack' },
          { type: 'nack', parameter: 'pli' },
        ],
      },
      expect.objectContaining({ mimeType: 'video/rtx', payloadType: 97, parameters: { apt: 96 } }),
    ]);
    expect(encodings).toEqual([{ ssrc: 1111, rtx: { ssrc: 2222 } }]);
    expect(headerExtensions?.map(({ id, uri }) => [id, uri.split('/').at(-1)])).toEqual([
      [4, 'urn:ietf:params:rtp-hdrext:sdes:mid'],
      [10, 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id'],
      [11, 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id'],
      [2, 'abs-send-time'],
      [3, 'draft-holmer-rmcat-transport-wide-cc-extensions-01'],
      [14, 'urn:ietf:params:rtp-hdrext:toffset'],
    ]);
  });

  test('is taken as H.264 only in packetization mode 1', () => {
    expect(receive(offer({ payloads: '98 102 106 107' })).codecs).toMatchObject([
      { mimeType: 'video/H264', payloadType: 106, parameters: { 'profile-level-id': '42e01f' } },
      { payloadType: 107, parameters: { apt: 106 } },
    ]);
  });

  test.each([
    ['as they are called', SIMULCAST, ['l', 'm', 'h']],
    [
      'as their sizes say',
      ['a=rid:a send max-width=1280', 'a=rid:b send max-width=640', 'a=simulcast:send a;b'],
      ['b', 'a'],
    ],
    [
      'from the most preferred, which is the largest',
      ['a=rid:0 send', 'a=rid:1 send', 'a=simulcast:send 0;1'],
      ['1', '0'],
    ],
  ])('has its simulcast layers in order: %s', (_how, layers, expected) => {
    expect(receive(offer({ layers })).encodings?.map(({ rid }) => rid)).toEqual(expected);
  });

  test('behind audio is found as well, and told by its identification when it names no SSRC', () => {
    expect(receive(offer({ layers: [] }, true))).toMatchObject({ mid: '1', encodings: [{}] });
  });

  test('may leave its DTLS to the first section of its group', () => {
    const [head = '', audio = '', video = ''] = offer({}, true).split(/(?=m=)/);
    const { section } = receiveVideo(
      readOffer(head + audio + video.replace(/a=(fingerprint|setup).*\r\n/g, '')),
    );
    expect(section).toMatchObject({ setup: 'actpass', fingerprint: { type: 'sha-256' } });
  });

  test.each([
    ['that is only received', offer({ direction: 'recvonly' })],
    ['in codecs that Haven does not know', offer({ payloads: '98' })],
    ['in H.264 of another packetization mode', offer({ payloads: '102', codecs: H264 })],
    [
      'with packets that nothing tells apart',
      offer({ codecs: VP8, layers: [] }).replaceAll('sdes:mid', 'other'),
    ],
  ])('%s is refused', (_what, text) => {
    expect(() => receive(text)).toThrow(expect.objectContaining({ code: 'OFFER_UNACCEPTABLE' }));
  });
});
