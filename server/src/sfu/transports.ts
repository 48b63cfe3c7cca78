import { errors, type types } from 'mediasoup';
import { HavenError, type DtlsParameters, type TransportOptions } from '@haven/protocol';

/** What a peer needs to build its end of the transport. */
export function transportOptionsOf(transport: types.WebRtcTransport): TransportOptions {
  const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
  return { id, iceParameters, iceCandidates, dtlsParameters };
}

/** Those whose peer has told its fingerprint. DTLS itself may begin before, as soon as there is a path. */
const connected = new WeakSet<types.WebRtcTransport>();

/**
 * Connects a transport's DTLS.
 * @throws HavenError ALREADY_DONE, INVALID_REQUEST
 */
export async function connectOnce(
  transport: types.WebRtcTransport,
  dtlsParameters: DtlsParameters,
): Promise<void> {
  if (transport.closed || connected.has(transport))
    throw new HavenError('ALREADY_DONE', 'The transport is connected already.');
  connected.add(transport);
  try {
    await transport.connect({ dtlsParameters });
  } catch (error) {
    connected.delete(transport);
    throw asMediaError(error);
  }
}

/** mediasoup's refusals in Haven's codes; what is not the peer's fault stays as it is. */
export function asMediaError(error: unknown): unknown {
  if (error instanceof errors.UnsupportedError) {
    return new HavenError('UNSUPPORTED_CODEC', undefined, { cause: error });
  }
  if (error instanceof TypeError) {
    return new HavenError('INVALID_REQUEST', 'The media parameters are not consistent.', { cause: error });
  }
  return error;
}
