import { isIP } from 'node:net';
import { HavenError, type TapDescription } from '@haven/protocol';

const ENCODING_NAMES: Partial<Record<string, string>> = { 'video/vp8': 'VP8', 'video/h264': 'H264' };

/** What a parameter may consist of: nothing that ends a line or begins the next parameter. */
const PARAMETER = /^[\w.,:=+/-]+$/;

/** Addresses that name no sender. */
const UNSPECIFIED = new Set(['0.0.0.0', '::']);

/**
 * The session description (RFC 8866) by which ffmpeg receives a tap's RTP.
 *
 * @param local where ffmpeg listens: RTP on `rtpPort`, RTCP one above
 * @throws HavenError UNSUPPORTED_CODEC
 */
export function describeSession(tap: TapDescription, local: { ip: string; rtpPort: number }): string {
  const encoding = ENCODING_NAMES[tap.mimeType.toLowerCase()];
  if (encoding === undefined) throw new HavenError('UNSUPPORTED_CODEC', 'taps decode VP8 and H.264 only');
  const lines = [
    'v=0',
    `o=- 0 0 IN ${family(local.ip)} ${local.ip}`,
    's=tap',
    `c=IN ${family(local.ip)} ${local.ip}`,
    't=0 0',
    `m=video ${local.rtpPort} ${tap.srtp === undefined ? 'RTP/AVP' : 'RTP/SAVP'} ${tap.payloadType}`,
    `a=rtpmap:${tap.payloadType} ${encoding}/${tap.clockRate}`,
  ];
  if (tap.srtp !== undefined) lines.push(`a=crypto:1 ${tap.srtp.cryptoSuite} inline:${tap.srtp.keyBase64}`);
  const parameters = formatParameters(tap.parameters);
  if (parameters !== '') lines.push(`a=fmtp:${tap.payloadType} ${parameters}`);
  if (isIP(tap.sourceIp) !== 0 && !UNSPECIFIED.has(tap.sourceIp)) {
    // ffmpeg drops what other hosts send (RFC 4570).
    lines.push(`a=source-filter: incl IN ${family(tap.sourceIp)} * ${tap.sourceIp}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}

function family(ip: string): 'IP4' | 'IP6' {
  return isIP(ip) === 6 ? 'IP6' : 'IP4';
}

function formatParameters(parameters: TapDescription['parameters']): string {
  return Object.entries(parameters)
    .map(([name, value]) => [name, String(value)] as const)
    .filter(([name, value]) => PARAMETER.test(name) && PARAMETER.test(value))
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}
