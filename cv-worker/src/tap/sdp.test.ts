import { describe, expect, test } from '@jest/globals';
import type { TapDescription } from '@haven/protocol';
import { describeSession } from './sdp.ts';

const vp8: TapDescription = {
  mimeType: 'video/VP8',
  payloadType: 101,
  clockRate: 90_000,
  ssrc: 1234,
  parameters: {},
  sourceIp: '127.0.0.1',
  sourcePort: 40_000,
};
const local = { ip: '127.0.0.1', rtpPort: 22_000 };

describe('the session description of a tap', () => {
  test('describes VP8 to the port where ffmpeg listens', () => {
    expect(describeSession(vp8, local).split('\r\n')).toEqual([
      'v=0',
      'o=- 0 0 IN IP4 127.0.0.1',
      's=tap',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      'm=video 22000 RTP/AVP 101',
      'a=rtpmap:101 VP8/90000',
      'a=source-filter: incl IN IP4 * 127.0.0.1',
      '',
    ]);
  });

  test('carries the parameters of H.264', () => {
    const parameters = {
      'packetization-mode': 1,
      'profile-level-id': '42e01f',
      'sprop-parameter-sets': 'Z0LgH9oBQBbk,aM48gA==',
    };
    const sdp = describeSession({ ...vp8, mimeType: 'video/H264', parameters }, local);
    expect(sdp).toContain('a=rtpmap:101 H264/90000\r\n');
    expect(sdp).toContain(
      'a=fmtp:101 packetization-mode=1;profile-level-id=42e01f;sprop-parameter-sets=Z0LgH9oBQBbk,aM48gA==\r\n',
    );
  });

  test('carries the key of what comes encrypted from another machine', () => {
    const srtp = { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64: 'A'.repeat(40) } as const;
    const sdp = describeSession({ ...vp8, srtp }, local);
    expect(sdp).toContain('m=video 22000 RTP/SAVP 101\r\n');
    expect(sdp).toContain(`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${srtp.keyBase64}\r\n`);
  });

  test('leaves out parameters that could add lines of their own', () => {
    const parameters = { profile: '42e01f\r\nm=audio 1 RTP/AVP 0', 'a\r\nb': 1, 'max;fr': 'x;y' };
    const sdp = describeSession({ ...vp8, parameters }, local);
    expect(sdp).not.toContain('fmtp');
    expect(sdp).not.toContain('audio');
  });

  test('names no source when the sender has no single address', () => {
    expect(describeSession({ ...vp8, sourceIp: '0.0.0.0' }, local)).not.toContain('source-filter');
  });

  test('speaks of IPv6 where the address is one', () => {
    const sdp = describeSession({ ...vp8, sourceIp: '::1' }, { ip: '::1', rtpPort: 22_000 });
    expect(sdp).toContain('c=IN IP6 ::1\r\n');
    expect(sdp).toContain('a=source-filter: incl IN IP6 * ::1\r\n');
  });

  test('refuses a codec that is not decoded', () => {
    expect(() => describeSession({ ...vp8, mimeType: 'video/AV1' }, local)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_CODEC' }),
    );
  });
});
