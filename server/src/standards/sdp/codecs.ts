/** The codecs and header extensions that an offered section and Haven's routers have in common. */
import { parsePayloads, parseParams } from 'sdp-transform';
import { rtpCapabilitiesSchema, type RtpCapabilities, type RtpParameters } from '@haven/protocol';
import { errors } from 'mediasoup';
import { generateRouterRtpCapabilities, getProducerRtpParametersMapping } from 'mediasoup/ortc';
import { MEDIA_CODECS } from '../../sfu/media-codecs.ts';
import type { OfferedSection } from './offer.ts';

export type Codec = RtpParameters['codecs'][number];
export type HeaderExtension = NonNullable<RtpParameters['headerExtensions']>[number];

/** What every router takes: they are all made alike. */
export const ROUTER_CAPABILITIES: RtpCapabilities = rtpCapabilitiesSchema.parse(
  generateRouterRtpCapabilities(MEDIA_CODECS),
);

const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

/** A section's codecs without retransmission, the preferred one first (RFC 8866, 5.14). */
export function codecsOf(section: OfferedSection): Codec[] {
  return parsePayloads(section.payloads).flatMap((payloadType) => {
    const map = section.rtp.find(({ payload }) => payload === payloadType);
    if (map?.rate === undefined || map.codec.toLowerCase() === 'rtx') return [];
    return [
      {
        mimeType: `${section.type}/${map.codec}`,
        payloadType,
        clockRate: map.rate,
        parameters: parametersOf(section, payloadType),
        rtcpFeedback: feedbackOf(section, payloadType),
      },
    ];
  });
}

/**
 * Whether routers know a codec: mediasoup's own judgement, by H.264's profile and packetization mode too. It writes the
 * profile and level that both know into the codec's parameters, as the answer has to name them.
 */
export function isRoutable(codec: Codec): boolean {
  try {
    getProducerRtpParametersMapping({ codecs: [codec], encodings: [{}] }, ROUTER_CAPABILITIES);
    return true;
  } catch (error) {
    if (error instanceof errors.UnsupportedError || error instanceof TypeError) return false;
    throw error;
  }
}

/** The retransmissions (RFC 4588) of a codec, where the section has them. */
export function retransmissionOf(
  section: OfferedSection,
  { payloadType, clockRate }: Codec,
): Codec | undefined {
  const rtx = section.rtp.find(
    ({ payload, codec }) =>
      codec.toLowerCase() === 'rtx' && parametersOf(section, payload).apt === payloadType,
  );
  if (rtx === undefined) return undefined;
  return {
    ...{ mimeType: 'video/rtx', payloadType: rtx.payload, clockRate },
    ...{ parameters: { apt: payloadType }, rtcpFeedback: [] },
  };
}

/**
 * Reduces what a codec of the offer may be answered with to what mediasoup does as well. Of the two ways to estimate a
 * path's bandwidth, transport-cc is taken where its header extension is there.
 */
export function withSharedFeedback(codec: Codec, extensions: readonly HeaderExtension[]): Codec {
  const own = (ROUTER_CAPABILITIES.codecs ?? []).find(
    ({ mimeType }) => mimeType.toLowerCase() === codec.mimeType.toLowerCase(),
  );
  const unused = extensions.some(({ uri }) => uri === TRANSPORT_CC) ? 'goog-remb' : 'transport-cc';
  const rtcpFeedback = (codec.rtcpFeedback ?? []).filter(
    ({ type, parameter = '' }) =>
      type !== unused &&
      own?.rtcpFeedback?.some((known) => known.type === type && (known.parameter ?? '') === parameter),
  );
  return { ...codec, rtcpFeedback };
}

/**
 * The header extensions that both know, by the offer's numbers.
 * @param direction what mediasoup is to do with them
 */
export function sharedExtensions(
  section: OfferedSection,
  direction: 'recvonly' | 'sendonly',
): HeaderExtension[] {
  return (ROUTER_CAPABILITIES.headerExtensions ?? []).flatMap((own): HeaderExtension[] => {
    if (own.kind !== section.type || (own.direction !== 'sendrecv' && own.direction !== direction)) return [];
    const offered = section.ext?.find(({ uri }) => uri === own.uri);
    // mediasoup writes its own numbers, which an answer may not change (RFC 8285, 6).
    if (offered === undefined || (direction === 'sendonly' && offered.value !== own.preferredId)) return [];
    return [{ uri: own.uri, id: offered.value, encrypt: false, parameters: {} }];
  });
}

/** `key=value;…` as mediasoup reads it. */
function parametersOf({ fmtp }: OfferedSection, payloadType: number): Record<string, string | number> {
  const config = fmtp.find(({ payload }) => payload === payloadType)?.config;
  if (typeof config !== 'string') return {};
  const parameters: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(parseParams(config))) {
    // Six hexadecimal digits that the parser may take for a number.
    if (value !== undefined) parameters[key] = key === 'profile-level-id' ? String(value) : value;
  }
  return parameters;
}

function feedbackOf(
  { rtcpFb = [] }: OfferedSection,
  payloadType: number,
): NonNullable<Codec['rtcpFeedback']> {
  return rtcpFb
    .filter(({ payload }) => payload === payloadType || payload === '*')
    .map(({ type, subtype }) => ({ type, ...(subtype === undefined ? {} : { parameter: subtype }) }));
}
