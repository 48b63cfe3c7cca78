/** Runs in a browser's page: clients of WHIP and WHEP as others wrote them, and what is seen of them. */
import { WebRTCPlayer } from '@eyevinn/webrtc-player';
import { WHIPClient } from '@eyevinn/whip-web-client';

export type PublishOptions = {
  endpoint: string;
  token: string;
  /** The only codec to offer, such as `video/H264`. */
  mimeType?: string;
  /** Two layers instead of one picture. */
  simulcast?: boolean;
  /** Media only through these. */
  relays?: { urls: string[]; username?: string; credential?: string }[];
};

export type Seen = {
  state: string;
  bytes: number;
  frames: number;
  codec: string;
  time: number;
  relayed: boolean;
};

let publisher: { client: WHIPClient; peer: RTCPeerConnection } | undefined;
let player: WebRTCPlayer | undefined;

const standards = {
  async publish(options: PublishOptions): Promise<void> {
    const { endpoint, token, relays } = options;
    let peer: RTCPeerConnection | undefined;
    const client = new WHIPClient({
      endpoint,
      opts: {
        authkey: token,
        iceServers: (relays ?? []).flatMap(({ urls, ...rest }) =>
          urls.map((url) => ({ ...rest, urls: url })),
        ),
      },
      peerConnectionFactory: (configuration) => (peer = createPeer(configuration, options)),
    });
    if (peer === undefined) throw new Error('the client made no connection');
    publisher = { client, peer };
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 480 },
      audio: true,
    });
    await client.ingest(stream);
  },

  async unpublish(): Promise<void> {
    await publisher?.client.destroy();
  },

  async play(endpoint: string, token: string): Promise<void> {
    const video = document.querySelector('video');
    if (video === null) throw new Error('the page has no video');
    player = new WebRTCPlayer({ video, type: 'whep', iceServers: [] });
    await player.load(new URL(endpoint), `Bearer ${token}`);
  },

  async stop(): Promise<void> {
    await player?.unload();
  },

  /** Of the connection that publishes. */
  async sent(): Promise<Seen> {
    const seen = { ...NOTHING, state: publisher?.peer.connectionState ?? 'none' };
    const reports = await reportsOf(publisher?.peer);
    for (const report of reports) {
      if (report.type === 'outbound-rtp' && report.kind === 'video') {
        seen.bytes += Number(report.bytesSent);
        seen.frames += Number(report.framesSent ?? 0);
        const codec = reports.find(({ id }) => id === report.codecId);
        if (typeof codec?.mimeType === 'string') seen.codec = codec.mimeType;
      }
      if (report.type === 'local-candidate' && report.candidateType === 'relay') seen.relayed = true;
    }
    return seen;
  },

  /** Of the picture that plays. */
  played(): Pick<Seen, 'time'> {
    return { time: document.querySelector('video')?.currentTime ?? 0 };
  },

  /** Which kinds of candidates a connection finds through these servers. */
  async candidates(
    relays: NonNullable<PublishOptions['relays']>,
  ): Promise<{ types: string[]; errors: number[] }> {
    const peer = new RTCPeerConnection({ iceServers: relays, iceTransportPolicy: 'relay' });
    const types: string[] = [];
    const errors: number[] = [];
    const complete = new Promise<void>((resolve) => {
      peer.addEventListener('icecandidateerror', ({ errorCode }) => errors.push(errorCode));
      peer.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) resolve();
        else types.push(candidate.type ?? 'end');
      });
    });
    peer.createDataChannel('none');
    await peer.setLocalDescription();
    await complete;
    peer.close();
    return { types, errors };
  },
};

const NOTHING: Seen = { state: 'none', bytes: 0, frames: 0, codec: '', time: 0, relayed: false };

function createPeer(
  configuration: RTCConfiguration,
  { mimeType, simulcast, relays }: PublishOptions,
): RTCPeerConnection {
  const peer = new RTCPeerConnection({
    ...configuration,
    ...(relays === undefined ? {} : { iceTransportPolicy: 'relay' }),
  });
  peer.addTrack = (track, ...streams) => {
    const layers = [{ rid: 'l', scaleResolutionDownBy: 2 }, { rid: 'h' }];
    const transceiver = peer.addTransceiver(track, {
      ...{ direction: 'sendonly', streams },
      ...(simulcast === true && track.kind === 'video' ? { sendEncodings: layers } : {}),
    });
    if (mimeType !== undefined && track.kind === 'video') {
      const { codecs = [] } = RTCRtpSender.getCapabilities('video') ?? {};
      transceiver.setCodecPreferences(
        codecs.filter((codec) => [mimeType, 'video/rtx'].includes(codec.mimeType)),
      );
    }
    return transceiver.sender;
  };
  return peer;
}

async function reportsOf(peer: RTCPeerConnection | undefined): Promise<Record<string, unknown>[]> {
  const reports: Record<string, unknown>[] = [];
  (await peer?.getStats())?.forEach((report: Record<string, unknown>) => reports.push(report));
  return reports;
}

declare global {
  // The page's own name for them.
  var standards: typeof import('./standards-clients.ts').default;
}

export default standards;
globalThis.standards = standards;
