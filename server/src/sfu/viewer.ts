import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  rtpParametersSchema,
  type DegradationStep,
  type DtlsParameters,
  type IceParameters,
  type LinkQuality,
  type RtpCapabilities,
  type RtpParameters,
  type StreamEndReason,
  type TileSending,
  type TransportOptions,
  type ViewedTile,
} from '@haven/protocol';
import type { MediaWorker } from './media-worker.ts';
import { asMediaError, connectOnce, transportOptionsOf } from './transports.ts';
import type { View } from './view-policy.ts';
import { ViewerLink } from './viewer-link.ts';
import { LOWEST, Watch } from './watch.ts';
import type { WatchedStream } from './watched-stream.ts';

type ViewerEvents = {
  /** A consumer ended because its stream or its media worker did. */
  consumerclosed: [{ consumerId: string; reason: StreamEndReason }];
  /** What the SFU sends now; null layers while it sends nothing. */
  layers: [{ consumerId: string; spatialLayer: number | null; temporalLayer: number | null }];
  /** Whether a consumer moves, and why not. */
  sending: [{ consumerId: string; sending: TileSending; because: View['because'] }];
  quality: [LinkQuality];
  closed: [];
};

export type ViewerOptions = {
  clock: () => number;
  step: DegradationStep;
  maxConsumers: number;
};

/** What a viewer needs to build its end of a consumer. */
export type ConsumerDescription = { consumerId: string; producerId: string; rtpParameters: RtpParameters };

/** A clinician's one receive transport and what is watched over it, at most one consumer a stream. */
export class Viewer extends EventEmitter<ViewerEvents> {
  readonly mediaWorker: MediaWorker;
  readonly #transport: types.WebRtcTransport;
  readonly #clock: () => number;
  readonly #maxConsumers: number;
  readonly #link: ViewerLink;
  readonly #watches = new Map<string, Watch>();
  #consuming = 0;
  #step: DegradationStep;
  #tiles: ReadonlyMap<string, ViewedTile> | undefined;
  #examining = false;
  #closed = false;

  private constructor(
    mediaWorker: MediaWorker,
    transport: types.WebRtcTransport,
    { clock, step, maxConsumers }: ViewerOptions,
  ) {
    super();
    this.mediaWorker = mediaWorker;
    this.#transport = transport;
    this.#clock = clock;
    this.#step = step;
    this.#maxConsumers = maxConsumers;
    this.#link = new ViewerLink(transport, clock);
    transport.once('routerclose', () => this.#close('media-worker-died'));
    transport.observer.once('close', () => this.close());
  }

  static async open(mediaWorker: MediaWorker, options: ViewerOptions): Promise<Viewer> {
    return new Viewer(mediaWorker, await mediaWorker.createWebRtcTransport('send'), options);
  }

  get transportId(): string {
    return this.#transport.id;
  }

  get transportOptions(): TransportOptions {
    return transportOptionsOf(this.#transport);
  }

  get routerRtpCapabilities(): RtpCapabilities {
    return this.mediaWorker.rtpCapabilities;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get consumers(): number {
    return this.#watches.size;
  }

  get quality(): LinkQuality {
    return this.#link.quality;
  }

  /** Consumers whose pictures do not move although the viewer looks at them. */
  get stills(): number {
    return [...this.#watches.values()].filter(({ sending }) => sending === 'still').length;
  }

  /** @throws HavenError TRANSPORT_UNKNOWN (closed), ALREADY_DONE, INVALID_REQUEST */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    this.#assertOpen();
    await connectOnce(this.#transport, dtlsParameters);
    this.#assertOpen();
  }

  /** @throws HavenError TRANSPORT_UNKNOWN (closed) */
  async restartIce(): Promise<IceParameters> {
    this.#assertOpen();
    const iceParameters = await this.#transport.restartIce();
    this.#assertOpen();
    return iceParameters;
  }

  /**
   * Makes a consumer of the stream, paused and on the lowest layer; an earlier one of the same stream is closed.
   * @throws HavenError STREAM_UNKNOWN, UNSUPPORTED_CODEC, TRANSPORT_UNKNOWN (closed), CAPACITY_EXCEEDED
   */
  async consume(stream: WatchedStream, rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription> {
    this.#assertOpen();
    if (this.#watches.size + this.#consuming >= this.#maxConsumers) {
      throw new HavenError('CAPACITY_EXCEEDED', 'One viewer cannot watch more streams at a time.');
    }
    this.#consuming += 1;
    try {
      return await this.#consume(stream, rtpCapabilities);
    } finally {
      this.#consuming -= 1;
    }
  }

  /** The viewer's end is there: it is sent what its screen shows. @throws HavenError CONSUMER_UNKNOWN */
  async resume(consumerId: string): Promise<void> {
    await this.#get(consumerId).resume();
  }

  /** Sends of each stream what the viewer's screen shows of it; those that are not named are not on screen. */
  show(tiles: readonly ViewedTile[]): void {
    const shown = new Map(tiles.map((tile) => [tile.streamId, tile]));
    this.#tiles = shown;
    for (const watch of this.#watches.values()) watch.show(shown.get(watch.stream.streamId) ?? null);
  }

  relieve(step: DegradationStep): void {
    if (step === this.#step) return;
    this.#step = step;
    this.#allow();
  }

  /** What time alone changes; called about twice a second. */
  settle(): void {
    for (const watch of this.#watches.values()) watch.settleSoon();
  }

  /** Reads how the link fares and gives to each consumer what it carries; called about once a second. */
  async examine(): Promise<void> {
    if (this.closed || this.#examining || this.#watches.size === 0) return;
    this.#examining = true;
    try {
      const changed = await this.#link.examine([...this.#watches.values()]);
      if (this.#closed) return;
      this.#allow();
      if (changed) this.emit('quality', this.#link.quality);
    } finally {
      this.#examining = false;
    }
  }

  /** @throws HavenError CONSUMER_UNKNOWN */
  closeConsumer(consumerId: string): void {
    const watch = this.#get(consumerId);
    this.#watches.delete(consumerId);
    watch.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const consumerId of [...this.#watches.keys()]) this.closeConsumer(consumerId);
    this.#transport.close();
    this.emit('closed');
  }

  async #consume(stream: WatchedStream, rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription> {
    const lent = await stream.lendProducer(this.mediaWorker);
    try {
      this.#assertOpen();
      const consumer = await this.#createConsumer(lent.producer.id, rtpCapabilities);
      if (this.#closed || stream.ended || consumer.closed) {
        consumer.close();
        this.#assertOpen();
        throw new HavenError('STREAM_UNKNOWN');
      }
      for (const [consumerId, earlier] of this.#watches) {
        if (earlier.stream === stream) this.closeConsumer(consumerId);
      }
      this.#follow(new Watch(stream, consumer, lent, this.#clock));
      return {
        consumerId: consumer.id,
        producerId: lent.producer.id,
        rtpParameters: rtpParametersSchema.parse(consumer.rtpParameters),
      };
    } catch (error) {
      lent.release();
      throw error;
    }
  }

  async #createConsumer(producerId: string, rtpCapabilities: RtpCapabilities): Promise<types.Consumer> {
    try {
      if (!this.mediaWorker.router.canConsume({ producerId, rtpCapabilities })) {
        throw new HavenError('UNSUPPORTED_CODEC', 'This viewer cannot decode the stream.');
      }
      return await this.#transport.consume({
        producerId,
        rtpCapabilities,
        paused: true,
        preferredLayers: LOWEST,
      });
    } catch (error) {
      throw asMediaError(error);
    }
  }

  #follow(watch: Watch): void {
    const { id: consumerId, stream } = watch;
    this.#watches.set(consumerId, watch);
    watch.once('ended', (reason) => {
      this.#watches.delete(consumerId);
      this.emit('consumerclosed', { consumerId, reason });
    });
    watch.on('sending', (change) => this.emit('sending', { consumerId, ...change }));
    watch.on('layers', (layers) => {
      this.emit('layers', {
        consumerId,
        spatialLayer: layers?.spatialLayer ?? null,
        temporalLayer: layers?.temporalLayer ?? null,
      });
    });
    watch.allow({ step: this.#step, ...this.#link.allowanceOf(watch) });
    if (this.#tiles !== undefined) watch.show(this.#tiles.get(stream.streamId) ?? null);
  }

  #allow(): void {
    for (const watch of this.#watches.values()) {
      watch.allow({ step: this.#step, ...this.#link.allowanceOf(watch) });
    }
  }

  #close(reason: StreamEndReason): void {
    const consumerIds = [...this.#watches.keys()];
    this.close();
    for (const consumerId of consumerIds) this.emit('consumerclosed', { consumerId, reason });
  }

  #get(consumerId: string): Watch {
    const watch = this.#watches.get(consumerId);
    if (watch === undefined) throw new HavenError('CONSUMER_UNKNOWN');
    return watch;
  }

  #assertOpen(): void {
    if (this.#closed) throw new HavenError('TRANSPORT_UNKNOWN');
  }
}
