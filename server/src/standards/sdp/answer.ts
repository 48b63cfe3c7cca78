import { HavenError, type DtlsParameters, type RtpParameters, type TransportOptions } from '@haven/protocol';
import { write, type MediaDescription, type SessionDescription } from 'sdp-transform';
import type { Offer, OfferedSection } from './offer.ts';

/** Nobody reads the port of a section whose candidates say everything; RFC 8840 writes 9. */
const DISCARD_PORT = 9;
const KILOBIT = 1000;

/** One section that the answer takes; every other one is refused. */
export type AnsweredSection = {
  section: OfferedSection;
  direction: 'recvonly' | 'sendonly';
  rtpParameters: RtpParameters;
  /** RIDs of the simulcast layers, in the offer's order. */
  layers?: readonly string[] | undefined;
  /** Most that the peer is to send, bit/s. */
  maxBitrate?: number;
  /** The track that is sent, by the id of its media stream. */
  mediaStream?: string;
};

/**
 * The DTLS of whoever made the offer, in the role that the answer gives it: mediasoup likes to be the server, which
 * then chooses the cheaper ciphers.
 * @throws HavenError OFFER_UNACCEPTABLE
 */
export function dtlsParametersOf({ fingerprint, setup = 'actpass' }: OfferedSection): DtlsParameters {
  if (fingerprint === undefined) {
    throw new HavenError('OFFER_UNACCEPTABLE', 'The offer has no DTLS fingerprint for its media.');
  }
  if (!['actpass', 'active', 'passive'].includes(setup)) {
    throw new HavenError('OFFER_UNACCEPTABLE', 'The offer says no role for DTLS that can be answered.');
  }
  return {
    role: setup === 'passive' ? 'server' : 'client',
    fingerprints: [{ algorithm: fingerprint.type, value: fingerprint.hash }],
  };
}

/** Writes the answer to an offer of which one section is taken. */
export function writeAnswer(offer: Offer, transport: TransportOptions, answered: AnsweredSection): string {
  const { mid } = answered.section;
  const bundled = (section: OfferedSection): boolean =>
    mid !== undefined &&
    section.mid !== undefined &&
    [mid, section.mid].every((id) => offer.bundle.includes(id));
  const media = offer.sections.map((section): MediaDescription => {
    if (section === answered.section) return answeredSection(answered, transport);
    return section.type === 'audio' && bundled(section)
      ? silentSection(section, transport)
      : refusedSection(section);
  });
  const group = media.flatMap(({ mid: id, port }) => (id === undefined || port === 0 ? [] : [id]));
  const description: SessionDescription = {
    version: 0,
    origin: {
      ...{ username: 'haven', sessionId: Date.now(), sessionVersion: 1 },
      ...{ netType: 'IN', ipVer: 4, address: '0.0.0.0' },
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    icelite: 'ice-lite',
    ...(group.length === 0 ? {} : { groups: [{ type: 'BUNDLE', mids: group.join(' ') }] }),
    ...(answered.direction === 'sendonly' ? { msidSemantic: { semantic: 'WMS', token: '*' } } : {}),
    media,
  };
  return write(description);
}

/** ICE and DTLS of the server's end, as attributes of a section. */
export function transportAttributes(
  { iceParameters, iceCandidates, dtlsParameters }: TransportOptions,
  { setup }: Pick<OfferedSection, 'setup'>,
): Partial<MediaDescription> {
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  return {
    ...iceAttributes({ iceParameters, iceCandidates }),
    setup: setup === 'passive' ? 'active' : 'passive',
    ...(fingerprint === undefined
      ? {}
      : { fingerprint: { type: fingerprint.algorithm, hash: fingerprint.value } }),
    rtcpMux: 'rtcp-mux',
  };
}

export function iceAttributes({
  iceParameters,
  iceCandidates,
}: Pick<TransportOptions, 'iceParameters' | 'iceCandidates'>): Partial<MediaDescription> {
  return {
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    candidates: iceCandidates.map(({ foundation, priority, address, port, protocol, type, tcpType }) => ({
      ...{ foundation, component: 1, transport: protocol, priority, ip: address, port, type },
      ...(tcpType === undefined ? {} : { tcptype: tcpType }),
    })),
    endOfCandidates: 'end-of-candidates',
  };
}

function answeredSection(answered: AnsweredSection, transport: TransportOptions): MediaDescription {
  const { section, direction, rtpParameters, layers, maxBitrate, mediaStream } = answered;
  const { codecs, headerExtensions = [], encodings = [], rtcp } = rtpParameters;
  return {
    ...sectionOf(section, codecs),
    ...transportAttributes(transport, section),
    direction,
    rtcpRsize: 'rtcp-rsize',
    ...(maxBitrate === undefined
      ? {}
      : { bandwidth: [{ type: 'AS', limit: Math.round(maxBitrate / KILOBIT) }] }),
    ext: headerExtensions.map(({ id, uri }) => ({ value: id, uri })),
    ...(layers === undefined
      ? {}
      : {
          rids: layers.map((id) => ({ id, direction: 'recv' })),
          simulcast: { dir1: 'recv', list1: layers.join(';') },
        }),
    ...(mediaStream === undefined
      ? {}
      : {
          msid: [{ id: mediaStream, appdata: 'video' }],
          ssrcs: encodings.flatMap(({ ssrc, rtx }) =>
            [ssrc, rtx?.ssrc].flatMap((id) =>
              id === undefined ? [] : [{ id, attribute: 'cname', value: rtcp?.cname ?? 'haven' }],
            ),
          ),
          ssrcGroups: encodings.flatMap(({ ssrc, rtx }) =>
            ssrc === undefined || rtx === undefined
              ? []
              : [{ semantics: 'FID', ssrcs: `${ssrc} ${rtx.ssrc}` }],
          ),
        }),
  };
}

/** Audio stands in the answer and stays silent: refusing a section would take the transport of its group along. */
function silentSection(section: OfferedSection, transport: TransportOptions): MediaDescription {
  const first = section.rtp[0];
  return {
    ...sectionOf(section, []),
    payloads: String(first?.payload ?? firstPayload(section)),
    rtp: first === undefined ? [] : [{ payload: first.payload, codec: first.codec, ...rateOf(first) }],
    ...transportAttributes(transport, section),
    direction: 'inactive',
  };
}

function refusedSection(section: OfferedSection): MediaDescription {
  return { ...sectionOf(section, []), port: 0, payloads: firstPayload(section), direction: 'inactive' };
}

function sectionOf(section: OfferedSection, codecs: RtpParameters['codecs']): MediaDescription {
  return {
    type: section.type,
    port: DISCARD_PORT,
    protocol: section.protocol,
    payloads: codecs.map(({ payloadType }) => payloadType).join(' '),
    connection: { version: 4, ip: '0.0.0.0' },
    ...(section.mid === undefined ? {} : { mid: section.mid }),
    rtp: codecs.map(({ payloadType, mimeType, clockRate }) => ({
      ...{ payload: payloadType, codec: mimeType.slice(mimeType.indexOf('/') + 1), rate: clockRate },
    })),
    fmtp: codecs.flatMap(({ payloadType, parameters = {} }) => {
      // `sprop-…` describes what its own sender sends (RFC 6184, 8.2.2).
      const own = Object.entries(parameters).filter(([key]) => !key.startsWith('sprop-'));
      const config = own.map(([key, value]) => `${key}=${value}`);
      return config.length === 0 ? [] : [{ payload: payloadType, config: config.join(';') }];
    }),
    rtcpFb: codecs.flatMap(({ payloadType, rtcpFeedback = [] }) =>
      rtcpFeedback.map(({ type, parameter }) => ({
        ...{ payload: payloadType, type },
        ...(parameter === undefined || parameter === '' ? {} : { subtype: parameter }),
      })),
    ),
  };
}

function firstPayload({ payloads }: OfferedSection): string {
  return payloads.split(' ')[0] ?? '0';
}

type RateMap = { rate?: number | undefined; encoding?: number | undefined };

function rateOf({ rate, encoding }: RateMap): { rate?: number; encoding?: number } {
  return {
    ...(rate === undefined ? {} : { rate }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}
