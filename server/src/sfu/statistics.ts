import type { types } from 'mediasoup';
import type { MediaCensus, Peer } from './media-census.ts';

/** How often readings are made, ms. */
const TURN_MS = 250;
/**
 * Readings a turn. Each message to a media worker and back was measured to take about 0.1 ms of a core here and 0.03 ms
 * there, and a device's peer takes two: at most 72 a second, under 1 % of a core. A node with 50 devices and 200 viewers
 * is read round in eight seconds, one with a few at every turn.
 */
const PEERS_A_TURN = 8;
const CONSUMERS_A_TURN = 2;
/** RTP's clock of video, Hz (RFC 3551, 5); jitter is given in its ticks. */
const VIDEO_CLOCK_HZ = 90_000;
/** RTCP's fraction lost is of 256 (RFC 3550, 6.4.1). */
const LOSS_PARTS = 256;

/** One layer of a stream as it arrived, or a stream as it was sent to a browser. */
export type RtpReading = {
  bitrate: number;
  lossFraction: number;
  jitterMs: number;
  /** Null before the first report of the other end. */
  roundTripMs: number | null;
  /** mediasoup's, 0–10. */
  score: number;
};
export type PeerReading = {
  receivedBitrate: number;
  sentBitrate: number;
  lossFraction: number | null;
  /** Since the transport was made: of media, of what is sent again, of padding, and of what belongs to no stream. */
  receivedBytes: number;
  /** When it was read, ms, by the media worker's clock, which does not go backwards. */
  readAt: number;
};

/** A layer of which nothing has arrived yet. */
const SILENT: RtpReading = { bitrate: 0, lossFraction: 0, jitterMs: 0, roundTripMs: null, score: 0 };

type Listeners = {
  /** A layer of video that comes in. */
  layer: (reading: RtpReading) => void;
  /** A stream of video that goes out. */
  sent: (reading: RtpReading) => void;
};

/** Reads mediasoup's statistics in turn, a bounded number a second, and keeps each peer's last. */
export class MediaStatistics {
  readonly #census: MediaCensus;
  readonly #listeners: Listeners;
  readonly #timer: NodeJS.Timeout;
  readonly #peers = new WeakMap<types.WebRtcTransport, PeerReading>();
  readonly #layers = new WeakMap<types.Producer, readonly RtpReading[]>();
  #peerTurn: Peer[] = [];
  #consumerTurn: types.Consumer[] = [];
  #reading = false;

  constructor(census: MediaCensus, listeners: Listeners) {
    this.#census = census;
    this.#listeners = listeners;
    this.#timer = setInterval(() => void this.read(), TURN_MS).unref();
  }

  ofPeer(transport: types.WebRtcTransport): PeerReading | undefined {
    return this.#peers.get(transport);
  }

  /** The layers that arrived at the last reading, lowest first. */
  layersOf(producer: types.Producer): readonly RtpReading[] {
    return this.#layers.get(producer) ?? [];
  }

  /** One turn. A reading that fails because its subject has just closed is left out. */
  async read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      await Promise.allSettled([
        ...this.#nextPeers().map((peer) => this.#readPeer(peer)),
        ...this.#nextConsumers().map((consumer) => this.#readConsumer(consumer)),
      ]);
    } finally {
      this.#reading = false;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #nextPeers(): Peer[] {
    if (this.#peerTurn.length === 0) this.#peerTurn = [...this.#census.peers];
    return this.#peerTurn.splice(0, PEERS_A_TURN).filter(({ transport }) => !transport.closed);
  }

  #nextConsumers(): types.Consumer[] {
    if (this.#consumerTurn.length === 0) {
      this.#consumerTurn = this.#census.peers.flatMap(({ consumers }) => [...consumers]);
    }
    return this.#consumerTurn
      .splice(0, CONSUMERS_A_TURN)
      .filter(({ closed, kind, paused }) => !closed && kind === 'video' && !paused);
  }

  async #readPeer({ transport, producers }: Peer): Promise<void> {
    const [stats] = await transport.getStats();
    if (stats !== undefined && !transport.closed) {
      this.#peers.set(transport, {
        receivedBitrate: stats.recvBitrate,
        sentBitrate: stats.sendBitrate,
        lossFraction: stats.rtpPacketLossReceived ?? stats.rtpPacketLossSent ?? null,
        receivedBytes: stats.bytesReceived,
        readAt: stats.timestamp,
      });
    }
    for (const producer of producers) if (producer.kind === 'video') await this.#readProducer(producer);
  }

  async #readProducer(producer: types.Producer): Promise<void> {
    const stats = await producer.getStats();
    const encodings = producer.rtpParameters.encodings ?? [];
    const layers = encodings.map((encoding) => {
      const layer = stats.find(({ ssrc, rid }) =>
        encoding.ssrc === undefined ? rid === encoding.rid : ssrc === encoding.ssrc,
      );
      return layer === undefined ? SILENT : readingOf(layer);
    });
    if (producer.closed) return;
    this.#layers.set(producer, layers);
    for (const layer of layers) if (layer.bitrate > 0) this.#listeners.layer(layer);
  }

  async #readConsumer(consumer: types.Consumer): Promise<void> {
    const stats = await consumer.getStats();
    const sent = stats.find(({ type }) => type === 'outbound-rtp');
    if (sent !== undefined && !consumer.closed) this.#listeners.sent(readingOf(sent));
  }
}

function readingOf(stats: types.ProducerStat | types.ConsumerStat): RtpReading {
  return {
    bitrate: stats.bitrate,
    lossFraction: stats.fractionLost / LOSS_PARTS,
    jitterMs: (1000 * stats.jitter) / VIDEO_CLOCK_HZ,
    roundTripMs: stats.roundTripTime ?? null,
    score: stats.score,
  };
}
