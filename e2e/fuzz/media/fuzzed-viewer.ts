import { randomUUID } from 'node:crypto';
import type { RtpCapabilities, TransportOptions } from '@haven/protocol';
import { MonitorClient } from '../../support/monitor-client.ts';
import type { KnownStream } from './media-case.ts';
import { PICTURES } from './payload-cases.ts';
import { RawPeer } from './raw-peer.ts';

/** On a screen: large enough for the upper layer. */
const TILE = { width: 1280, height: 720, visible: true, focused: true };

/** A clinician's receive transport, as the server opened it: nothing was sent to it yet. */
export type OpenTransport = { options: TransportOptions; rtpCapabilities: RtpCapabilities };

/** Opens the clinician's one receive transport; a second one replaces the first. */
export async function openTransport(client: MonitorClient): Promise<OpenTransport> {
  const { transport, routerRtpCapabilities } = await client.request('transport:open', {
    requestId: randomUUID(),
  });
  return { options: transport, rtpCapabilities: routerRtpCapabilities };
}

/** A viewer whose handshake and streams are real, and which sends whatever it is told besides. */
export class FuzzedViewer {
  readonly peer: RawPeer;
  readonly transportId: string;
  readonly #client: MonitorClient;
  readonly #rtpCapabilities: RtpCapabilities;

  private constructor(client: MonitorClient, peer: RawPeer, { options, rtpCapabilities }: OpenTransport) {
    this.#client = client;
    this.peer = peer;
    this.transportId = options.id;
    this.#rtpCapabilities = rtpCapabilities;
  }

  /** @throws HavenError with the server's code; Error when no media path is found */
  static async open(client: MonitorClient): Promise<FuzzedViewer> {
    const opened = await openTransport(client);
    const peer = await RawPeer.open(opened.options);
    try {
      const { dtlsParameters } = peer;
      await client.request('transport:connect', { transportId: opened.options.id, dtlsParameters });
      await peer.reach();
      await peer.shakeHands();
      return new FuzzedViewer(client, peer, opened);
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** Shows a stream, whose packets it is then sent. */
  async watch(streamId: string): Promise<void> {
    const { transportId } = this;
    const { consumerId, rtpParameters } = await this.#client.request('consumer:create', {
      ...{ requestId: randomUUID(), transportId, streamId, rtpCapabilities: this.#rtpCapabilities },
    });
    const { codecs, encodings = [] } = rtpParameters;
    this.peer.streams = encodings.map(({ ssrc = 0, rtx }): KnownStream => ({
      ...{ ssrc, rtxSsrc: rtx?.ssrc ?? 0, picture: PICTURES.VP8 },
      ...{ payloadType: codecs[0].payloadType, rtxPayloadType: codecs.at(-1)?.payloadType ?? 0 },
    }));
    await this.#client.request('consumer:resume', { consumerId });
    await this.#client.request('view:report', { tiles: [{ ...TILE, streamId }] });
  }

  close(): void {
    this.peer.close();
  }
}
