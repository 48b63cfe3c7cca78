import { randomInt, randomUUID } from 'node:crypto';
import type { RtpCapabilities, RtpParameters } from '@haven/protocol';
import { SignallingClient } from '../../../device/src/signalling-client.ts';
import type { KnownStream } from './media-case.ts';
import { PICTURES } from './payload-cases.ts';
import type { MediaProtocol } from './peer-socket.ts';
import { RawPeer } from './raw-peer.ts';
import { honestPacket } from './rtp-cases.ts';
import { MID, named, RIDS } from './rtp-extensions.ts';
import { writeRtp } from './rtp-packet.ts';

/** Between two pictures that are in order, ms: what viewers ask for and are sent. */
const PICTURE_MS = 100;
const TICKS_PER_MS = 90;
const CLOCK_RATE = 90_000;

export type PublisherOptions = {
  url: string;
  token: string;
  patientId: string;
  codec: keyof typeof PICTURES;
  protocol: MediaProtocol;
};

/** A bedside device whose handshake and streams are real, and which sends whatever it is told besides. */
export class FuzzedPublisher {
  readonly peer: RawPeer;
  readonly streamId: string;
  readonly transportId: string;
  readonly #signalling: SignallingClient;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    signalling: SignallingClient,
    peer: RawPeer,
    ids: { streamId: string; transportId: string },
  ) {
    this.#signalling = signalling;
    this.peer = peer;
    this.streamId = ids.streamId;
    this.transportId = ids.transportId;
    // The server knows its streams from the first packet of each.
    this.#sendPictures();
    this.#timer = setInterval(() => this.#sendPictures(), PICTURE_MS);
  }

  /** @throws HavenError with the server's code; Error when no media path is found */
  static async open({ url, token, patientId, codec, protocol }: PublisherOptions): Promise<FuzzedPublisher> {
    const connected = Promise.withResolvers<undefined>();
    const signalling = new SignallingClient(
      { server: url, token, ca: undefined },
      { connect: () => connected.resolve(undefined), refused: (error) => connected.reject(error) },
    );
    const opened: { peer?: RawPeer } = {};
    try {
      await connected.promise;
      const claim = { requestId: randomUUID(), patientId, source: 'camera' } as const;
      const begun = await signalling.request('publish:start', claim);
      const { streamId, transport, routerRtpCapabilities } = begun;
      const peer = (opened.peer = await RawPeer.open(transport, protocol));
      await signalling.request('publish:connect', { streamId, dtlsParameters: peer.dtlsParameters });
      await peer.reach();
      await peer.shakeHands();
      const offer = codec === 'VP8' ? twoBySsrc : twoByName;
      const { streams, rtpParameters } = offer(routerRtpCapabilities);
      peer.streams = streams;
      await signalling.request('publish:produce', { requestId: randomUUID(), streamId, rtpParameters });
      return new FuzzedPublisher(signalling, peer, { streamId, transportId: transport.id });
    } catch (error) {
      signalling.close();
      opened.peer?.close();
      throw error;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#signalling.close();
    this.peer.close();
  }

  #sendPictures(): void {
    const timestamp = Math.round(performance.now() * TICKS_PER_MS) >>> 0;
    for (const stream of this.peer.streams) {
      this.peer.send(this.peer.sealRtp(writeRtp(honestPacket(this.peer, stream, timestamp))));
    }
  }
}

type Offered = { streams: KnownStream[]; rtpParameters: RtpParameters };

/** Two layers of VP8 that are told by their SSRCs, with REMB, as devices send them. */
function twoBySsrc(router: RtpCapabilities): Offered {
  const { codecs, streams } = codecOf(router, 'VP8');
  return {
    streams,
    rtpParameters: {
      ...{ mid: MID, codecs, headerExtensions: extensionsOf(router) },
      encodings: streams.map(({ ssrc, rtxSsrc }) => ({
        ...{ ssrc, rtx: { ssrc: rtxSsrc }, scalabilityMode: 'L1T3' },
      })),
    },
  };
}

/** Two layers of H.264 that are told by names in their packets, as browsers send them. */
function twoByName(router: RtpCapabilities): Offered {
  const { codecs, streams } = codecOf(router, 'H264');
  const headerExtensions = extensionsOf(router);
  const idOf = (name: string) => headerExtensions.find(({ uri }) => uri.endsWith(name))?.id ?? 0;
  return {
    streams: streams.map((stream, index) => ({
      ...stream,
      names: named([
        { id: idOf('sdes:mid'), text: MID },
        { id: idOf('sdes:rtp-stream-id'), text: RIDS[index] },
      ]),
    })),
    rtpParameters: {
      ...{ mid: MID, codecs, headerExtensions },
      encodings: RIDS.map((rid) => ({ rid })),
    },
  };
}

function codecOf(router: RtpCapabilities, name: keyof typeof PICTURES) {
  const known = router.codecs ?? [];
  const codec = known.find(({ mimeType }) => mimeType === `video/${name}`);
  const rtx = known.find(({ parameters }) => parameters?.apt === codec?.preferredPayloadType);
  if (codec === undefined || rtx === undefined) throw new Error(`the server takes no ${name}`);
  const [payloadType, rtxPayloadType] = [codec.preferredPayloadType, rtx.preferredPayloadType];
  const { mimeType, parameters = {}, rtcpFeedback = [] } = codec;
  const first = randomInt(2 ** 31);
  const streams = RIDS.map((_, index): KnownStream => ({
    ...{ ssrc: first + 2 * index, payloadType, rtxSsrc: first + 2 * index + 1, rtxPayloadType },
    picture: PICTURES[name],
  }));
  const codecs = [
    { mimeType, payloadType, clockRate: CLOCK_RATE, parameters, rtcpFeedback },
    {
      ...{ mimeType: 'video/rtx', payloadType: rtxPayloadType, clockRate: CLOCK_RATE },
      parameters: { apt: payloadType },
    },
  ];
  return { codecs, streams };
}

/** All that the router knows. */
function extensionsOf({ headerExtensions = [] }: RtpCapabilities) {
  return headerExtensions
    .filter(({ kind, direction }) => kind === 'video' && direction !== 'sendonly')
    .map(({ uri, preferredId: id }) => ({ uri, id }));
}
