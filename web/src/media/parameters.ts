/** Haven's WebRTC parameters in mediasoup-client's types, and back. */
import {
  dtlsParametersSchema,
  rtpCapabilitiesSchema,
  rtpParametersSchema,
  type DtlsParameters,
  type RtpCapabilities,
  type RtpParameters,
} from '@haven/protocol';
import type { types } from 'mediasoup-client';

/** Transmission time offsets are of no use to a browser, and mediasoup-client has no name for them. */
const UNUSED_EXTENSION = 'urn:ietf:params:rtp-hdrext:toffset';

function isUsed<E extends { uri: string }>(
  extension: E,
): extension is E & { uri: Exclude<E['uri'], typeof UNUSED_EXTENSION> } {
  return extension.uri !== UNUSED_EXTENSION;
}

export function clientCapabilities(capabilities: RtpCapabilities): types.RtpCapabilities {
  return { ...capabilities, headerExtensions: capabilities.headerExtensions?.filter(isUsed) };
}

export function clientRtpParameters(parameters: RtpParameters): types.RtpParameters {
  return { ...parameters, headerExtensions: parameters.headerExtensions?.filter(isUsed) };
}

/** @throws ZodError if the browser offers what the protocol has no words for */
export function wireCapabilities(capabilities: types.RtpCapabilities): RtpCapabilities {
  return rtpCapabilitiesSchema.parse(capabilities);
}

/** @throws ZodError if the browser sends what the protocol has no words for */
export function wireRtpParameters(parameters: types.RtpParameters): RtpParameters {
  return rtpParametersSchema.parse(parameters);
}

/** @throws ZodError for a fingerprint of an unknown kind */
export function wireDtlsParameters(parameters: types.DtlsParameters): DtlsParameters {
  return dtlsParametersSchema.parse(parameters);
}
