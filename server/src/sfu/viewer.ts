import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  rtpParametersSchema,
  type DtlsParameters,
  type IceParameters,
  type RtpCapabilities,
  type RtpParameters,
  type StreamEndReason,
  type TransportOptions,
  type ViewedTile,
} from '@haven/protocol';
import type { MediaWorker } from './media-worker.ts';
import type { Stream } from './stream.ts';
import { asMediaError, connectOnce, transportOptionsOf } from './transports.ts';

type ViewerEvents = {
  /** A consumer ended because its stream or its media worker did. */
  consumerclosed: [{ consumerId: string; reason: StreamEndReason }];
  /** What the SFU sends now; null layers while it sends nothing. */
  layers: [{ consumerId: string; spatialLayer: number | null; temporalLayer: number | null }];
  closed: [];
};

type Watching = { consumer: types.Consumer; stream: Stream; spatialLayer: number; stop: () => void };

/** What a viewer needs to build its end of a consumer. */
export type ConsumerDescription = { consumerId: string; producerId: string; rtpParameters: RtpParameters };

/** A clinician's one receive transport and the consumers on it, at most one a stream. */
export class Viewer extends EventEmitter<ViewerEvents> {
  readonly #mediaWorker: MediaWorker;
  readonly #transport: types.WebRtcTransport;
  readonly #watching = new Map<string, Watching>();
  #closed = false;

  private constructor(mediaWorker: MediaWorker, transport: types.WebRtcTransport) {
    super();
    this.#mediaWorker = mediaWorker;
    this.#transport = transport;
    transport.once('routerclose', () => this.#close('media-worker-died'));
  }

  static async open(mediaWorker: MediaWorker): Promise<Viewer> {
    return new Viewer(mediaWorker, await mediaWorker.createWebRtcTransport('send'));
  }

  get transportId(): string {
    return this.#transport.id;
  }

  get transportOptions(): TransportOptions {
    return transportOptionsOf(this.#transport);
  }

  get routerRtpCapabilities(): RtpCapabilities {
    return this.#mediaWorker.rtpCapabilities;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get consumers(): number {
    return this.#watching.size;
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
   * @throws HavenError STREAM_UNKNOWN, UNSUPPORTED_CODEC, TRANSPORT_UNKNOWN (closed)
   */
  async consume(stream: Stream, rtpCapabilities: RtpCapabilities): Promise<ConsumerDescription> {
    this.#assertOpen();
    const producer = await stream.producerOn(this.#mediaWorker);
    this.#assertOpen();
    const consumer = await this.#createConsumer(producer.id, rtpCapabilities);
    if (this.#closed || stream.ended) {
      consumer.close();
      this.#assertOpen();
      throw new HavenError('STREAM_UNKNOWN');
    }
    for (const [consumerId, earlier] of this.#watching) {
      if (earlier.stream === stream) this.closeConsumer(consumerId);
    }
    this.#follow(consumer, stream);
    return {
      consumerId: consumer.id,
      producerId: producer.id,
      rtpParameters: rtpParametersSchema.parse(consumer.rtpParameters),
    };
  }

  /** Begins to send, with a key frame. @throws HavenError CONSUMER_UNKNOWN */
  async resume(consumerId: string): Promise<void> {
    const watching = this.#get(consumerId);
    watching.stream.watch(watching, watching.spatialLayer);
    await watching.consumer.resume();
  }

  /** @throws HavenError CONSUMER_UNKNOWN */
  async pause(consumerId: string): Promise<void> {
    const watching = this.#get(consumerId);
    watching.stream.unwatch(watching);
    await watching.consumer.pause();
  }

  /** @throws HavenError CONSUMER_UNKNOWN */
  async preferLayers(consumerId: string, spatialLayer: number, temporalLayer?: number): Promise<void> {
    const watching = this.#get(consumerId);
    watching.spatialLayer = spatialLayer;
    if (!watching.consumer.paused) watching.stream.watch(watching, spatialLayer);
    await watching.consumer.setPreferredLayers({
      spatialLayer,
      ...(temporalLayer === undefined ? {} : { temporalLayer }),
    });
  }

  /** Sends of each stream what the viewer's screen shows of it. */
  show(tiles: readonly ViewedTile[]): void {
    const seen = new Map(tiles.map((tile) => [tile.streamId, tile]));
    for (const [consumerId, { stream }] of this.#watching) {
      const tile = seen.get(stream.streamId);
      if (tile?.visible !== true) void this.pause(consumerId);
      else void this.preferLayers(consumerId, tile.focused ? stream.state.maxSpatialLayer : 0);
    }
  }

  /** @throws HavenError CONSUMER_UNKNOWN */
  closeConsumer(consumerId: string): void {
    const watching = this.#get(consumerId);
    this.#watching.delete(consumerId);
    watching.stop();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const consumerId of [...this.#watching.keys()]) this.closeConsumer(consumerId);
    this.#transport.close();
    this.emit('closed');
  }

  async #createConsumer(producerId: string, rtpCapabilities: RtpCapabilities): Promise<types.Consumer> {
    try {
      if (!this.#mediaWorker.router.canConsume({ producerId, rtpCapabilities })) {
        throw new HavenError('UNSUPPORTED_CODEC', 'This viewer cannot decode the stream.');
      }
      return await this.#transport.consume({
        producerId,
        rtpCapabilities,
        paused: true,
        preferredLayers: { spatialLayer: 0 },
      });
    } catch (error) {
      throw asMediaError(error);
    }
  }

  #follow(consumer: types.Consumer, stream: Stream): void {
    const consumerId = consumer.id;
    const onEnded = (reason: StreamEndReason): void => {
      this.closeConsumer(consumerId);
      this.emit('consumerclosed', { consumerId, reason });
    };
    const watching: Watching = {
      consumer,
      stream,
      spatialLayer: 0,
      stop: () => {
        stream.off('ended', onEnded);
        stream.unwatch(watching);
        consumer.close();
      },
    };
    this.#watching.set(consumerId, watching);
    stream.once('ended', onEnded);
    consumer.on('layerschange', (layers) => {
      this.emit('layers', {
        consumerId,
        spatialLayer: layers?.spatialLayer ?? null,
        temporalLayer: layers?.temporalLayer ?? null,
      });
    });
  }

  #close(reason: StreamEndReason): void {
    const consumerIds = [...this.#watching.keys()];
    this.close();
    for (const consumerId of consumerIds) this.emit('consumerclosed', { consumerId, reason });
  }

  #get(consumerId: string): Watching {
    const watching = this.#watching.get(consumerId);
    if (watching === undefined) throw new HavenError('CONSUMER_UNKNOWN');
    return watching;
  }

  #assertOpen(): void {
    if (this.#closed) throw new HavenError('TRANSPORT_UNKNOWN');
  }
}
