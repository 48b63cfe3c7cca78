import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  rtpParametersSchema,
  type DegradationStep,
  type DtlsParameters,
  type IceParameters,
  type RtpCapabilities,
  type RtpParameters,
  type TransportOptions,
} from '@haven/protocol';
import { LossLayers } from './loss-layers.ts';
import { routerCodec } from './media-codecs.ts';
import type { MediaWorker } from './media-worker.ts';
import type { LentProducer } from './stream-pipes.ts';
import { asMediaError, connectOnce, transportOptionsOf } from './transports.ts';
import type { WatchedStream } from './watched-stream.ts';

/** So long, ms, a player may be without a path: to find the first one, or after it lost one. */
export const WITHOUT_PATH_MS = 30_000;
const FRACTION_LOST_SCALE = 256;
const LOWEST_LAYER_STEPS: ReadonlySet<DegradationStep> = new Set(['layers', 'off-screen', 'refusing']);

/** The one codec and the header extensions that the player's own offer named, by its own numbers. */
export type PlayerCapabilities = RtpCapabilities & {
  codecs: [NonNullable<RtpCapabilities['codecs']>[number]];
};

export type PlayerOptions = { clock: () => number; step: DegradationStep };

/**
 * One stream, sent to a peer that made the offer and therefore chose the payload types itself (RFC 3264, 6.1).
 * mediasoup numbers them a router at a time: each player has a router of its own, to which the stream is piped.
 */
export class Player extends EventEmitter<{ closed: [] }> {
  readonly stream: WatchedStream;
  readonly #router: types.Router;
  readonly #transport: types.WebRtcTransport;
  readonly #consumer: types.Consumer;
  readonly #lent: LentProducer;
  readonly #clock: () => number;
  readonly #layers: LossLayers;
  readonly #estimated: boolean;
  #step: DegradationStep;
  /** Spatial layer that mediasoup was asked for last. */
  #preferred: number | undefined;
  #pathLostAt: number | null;
  #closed = false;

  private constructor(
    parts: {
      stream: WatchedStream;
      router: types.Router;
      transport: types.WebRtcTransport;
      consumer: types.Consumer;
      lent: LentProducer;
    },
    { clock, step }: PlayerOptions,
  ) {
    super();
    this.stream = parts.stream;
    this.#router = parts.router;
    this.#transport = parts.transport;
    this.#consumer = parts.consumer;
    this.#lent = parts.lent;
    this.#clock = clock;
    this.#step = step;
    this.#preferred = parts.consumer.preferredLayers?.spatialLayer;
    this.#pathLostAt = clock();
    this.#layers = new LossLayers(parts.stream.state.maxSpatialLayer, clock());
    // With transport-cc or REMB mediasoup chooses layers by the bandwidth itself.
    this.#estimated = parts.consumer.rtpParameters.codecs.some(({ rtcpFeedback = [] }) =>
      rtcpFeedback.some(({ type }) => type === 'transport-cc' || type === 'goog-remb'),
    );
    this.#follow();
  }

  /**
   * @param mediaWorker of the player: the stream's own, where there is one
   * @throws HavenError STREAM_UNKNOWN (not live), UNSUPPORTED_CODEC, TIMEOUT (the stream's node is not reached)
   */
  static async open(
    stream: WatchedStream,
    mediaWorker: MediaWorker,
    capabilities: PlayerCapabilities,
    options: PlayerOptions,
  ): Promise<Player> {
    const lent = await stream.lendProducer(mediaWorker);
    let router: types.Router | undefined;
    try {
      const [{ mimeType, preferredPayloadType }] = capabilities.codecs;
      router = await mediaWorker.createRouter([{ ...routerCodec(mimeType), preferredPayloadType }]);
      const { pipeProducer } = await mediaWorker.router.pipeToRouter({
        ...{ producerId: lent.producer.id, router, enableSctp: false, enableRtx: true },
        // Both ends are in one worker, which knows each id once.
        keepId: false,
      });
      if (pipeProducer === undefined) throw new Error('mediasoup made no pipe producer');
      const transport = await mediaWorker.createWebRtcTransport('send', router);
      const consumer = await transport.consume({
        ...{ producerId: pipeProducer.id, rtpCapabilities: capabilities, paused: true },
      });
      if (stream.ended || consumer.closed) throw new HavenError('STREAM_UNKNOWN');
      return new Player({ stream, router, transport, consumer, lent }, options);
    } catch (error) {
      router?.close();
      lent.release();
      throw stream.ended ? new HavenError('STREAM_UNKNOWN') : asMediaError(error);
    }
  }

  get transportOptions(): TransportOptions {
    return transportOptionsOf(this.#transport);
  }

  get rtpParameters(): RtpParameters {
    return rtpParametersSchema.parse(this.#consumer.rtpParameters);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Connects DTLS and begins to send. @throws HavenError TRANSPORT_UNKNOWN (closed), INVALID_REQUEST */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    this.#assertOpen();
    await connectOnce(this.#transport, dtlsParameters);
    this.#assertOpen();
    this.stream.watch(this, this.stream.state.maxSpatialLayer);
    await this.#consumer.resume();
    await this.#choose();
  }

  /** @throws HavenError TRANSPORT_UNKNOWN (closed) */
  async restartIce(): Promise<IceParameters> {
    this.#assertOpen();
    const iceParameters = await this.#transport.restartIce();
    this.#assertOpen();
    return iceParameters;
  }

  /** Gives up its upper layers at the steps that ask for it; a patient in alert is spared. */
  relieve(step: DegradationStep): void {
    this.#step = step;
    this.#chooseSoon();
  }

  /** Looks how the player fares: one without a path for long is closed. */
  async examine(): Promise<void> {
    if (this.#closed) return;
    if (this.#pathLostAt !== null && this.#clock() - this.#pathLostAt >= WITHOUT_PATH_MS) {
      this.close();
      return;
    }
    if (this.#estimated) return;
    const stats = await this.#consumer.getStats();
    if (this.closed) return;
    const sent = stats.find(({ type }) => type === 'outbound-rtp');
    if (sent === undefined) return;
    this.#layers.report(sent.fractionLost / FRACTION_LOST_SCALE, this.#clock());
    await this.#choose();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stream.off('ended', this.#onEnded);
    this.stream.off('priority', this.#onPriority);
    this.stream.unwatch(this);
    // With it go the transport, the consumer and the pipe.
    this.#router.close();
    this.#lent.release();
    this.emit('closed');
  }

  readonly #onEnded = (): void => this.close();
  readonly #onPriority = (): void => this.#chooseSoon();

  #follow(): void {
    this.stream.once('ended', this.#onEnded);
    this.stream.on('priority', this.#onPriority);
    this.#router.once('workerclose', () => this.close());
    this.#consumer.once('producerclose', () => this.close());
    this.#transport.observer.once('close', () => this.close());
    this.#transport.on('dtlsstatechange', (state) => {
      if (state === 'closed' || state === 'failed') this.close();
    });
    this.#transport.on('icestatechange', (state) => {
      const path = state === 'connected' || state === 'completed';
      this.#pathLostAt = path ? null : (this.#pathLostAt ?? this.#clock());
    });
  }

  #chooseSoon(): void {
    this.#choose().catch(() => undefined);
  }

  async #choose(): Promise<void> {
    if (this.#closed || this.#consumer.type === 'simple') return;
    const relieved = LOWEST_LAYER_STEPS.has(this.#step) && this.stream.priority === null;
    const spatialLayer = relieved ? 0 : this.#layers.layer;
    if (spatialLayer === this.#preferred) return;
    this.#preferred = spatialLayer;
    this.stream.watch(this, spatialLayer);
    await this.#consumer.setPreferredLayers({ spatialLayer });
  }

  #assertOpen(): void {
    if (this.#closed) throw new HavenError('TRANSPORT_UNKNOWN');
  }
}
