/** Offers as clients make them, shortened: whatever Haven passes over is left out. */

const FINGERPRINT = Array.from({ length: 32 }, (_, index) => (index + 16).toString(16).toUpperCase()).join(
  ':',
);

const HEAD = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0'];
const TRANSPORT = [
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
  'a=rtcp-mux',
];
const EXTENSIONS = [
  'a=extmap:14 urn:ietf:params:rtp-hdrext:toffset',
  'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/video-timing',
];
const FEEDBACK = ['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli'];
const feedback = (payloadType: number): string[] =>
  FEEDBACK.map((type) => `a=rtcp-fb:${payloadType} ${type}`);

export const VP8 = ['a=rtpmap:96 VP8/90000', ...feedback(96), 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96'];
export const H264 = [
  'a=rtpmap:102 H264/90000',
  ...feedback(102),
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:106 H264/90000',
  ...feedback(106),
  'a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:107 rtx/90000',
  'a=fmtp:107 apt=106',
];
const VP9 = ['a=rtpmap:98 VP9/90000', 'a=fmtp:98 profile-id=0'];
const SSRC = ['a=ssrc-group:FID 1111 2222', 'a=ssrc:1111 cname:c', 'a=ssrc:2222 cname:c'];

type Video = {
  payloads?: string;
  codecs?: readonly string[];
  direction?: string;
  layers?: readonly string[];
};

/** A browser's offer of one video, with audio before it if that is asked for. */
export function offer(
  { payloads = '96 97 98 102 106 107', codecs, direction = 'sendonly', layers = SSRC }: Video = {},
  audio = false,
): string {
  const mid = audio ? 1 : 0;
  const lines = [
    ...HEAD,
    `a=group:BUNDLE ${audio ? '0 1' : '0'}`,
    ...(audio
      ? [
          'm=audio 9 UDP/TLS/RTP/SAVPF 111',
          ...TRANSPORT,
          'a=mid:0',
          'a=sendonly',
          'a=rtpmap:111 opus/48000/2',
        ]
      : []),
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloads}`,
    ...TRANSPORT,
    ...EXTENSIONS,
    `a=mid:${mid}`,
    `a=${direction}`,
    ...(codecs ?? [...VP8, ...VP9, ...H264]),
    ...layers,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

export const SIMULCAST = ['a=rid:h send', 'a=rid:l send', 'a=rid:m send', 'a=simulcast:send h;m;l'];
