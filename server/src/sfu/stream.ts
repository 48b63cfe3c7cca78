import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  type AlertPriority,
  type DtlsParameters,
  type IceParameters,
  type RtpParameters,
  type Source,
  type StreamEndReason,
  type StreamState,
  type TechnicalCondition,
  type TransportOptions,
} from '@haven/protocol';
import { LayerDemand } from './layer-demand.ts';
import { assertSupportedCodecs } from './media-codecs.ts';
import type { MediaWorker } from './media-worker.ts';
import { Reception } from './reception.ts';
import { asMediaError, connectOnce, transportOptionsOf } from './transports.ts';

/** How long a stream outlives its device's session, ms: media may run on while the device signs in again. */
export const DEVICE_RETURN_MS = 10_000;
/** A stream that was claimed and sends nothing within this time, ms, is given up. */
export const PRODUCE_WITHIN_MS = 30_000;
/**
 * Key frame requests within this time, ms, are answered by one key frame: short enough for a first picture within
 * 700 ms, long enough that 200 viewers who join at once do not turn a stream into key frames.
 */
const KEY_FRAME_REQUEST_DELAY_MS = 300;

export type StreamIdentity = {
  patientId: string;
  roomId: string;
  deviceId: string;
  source: Source;
};

type StreamEvents = {
  /** The device began to send. */
  live: [];
  /** What viewers see of the stream changed. */
  changed: [];
  /** RTP is missing, or the device is (since `at`); or it came (back) at `at`. */
  signal: [{ lost: boolean; at: number }];
  /** The highest layer that anyone watches changed. */
  demand: [maxSpatialLayer: number];
  priority: [];
  ended: [StreamEndReason];
};

type Clock = () => number;

/** A patient's live video: the device's transport and producer, and how they fare. */
export class Stream extends EventEmitter<StreamEvents> {
  readonly streamId = randomUUID();
  readonly identity: StreamIdentity;
  readonly mediaWorker: MediaWorker;
  readonly startedAt: number;
  readonly #transport: types.WebRtcTransport;
  readonly #clock: Clock;
  readonly #conditions = new Set<TechnicalCondition>();
  readonly #pipes = new Map<MediaWorker, Promise<types.Producer>>();
  #reception: Reception;
  #demand = new LayerDemand(0);
  #producing = false;
  #producer: types.Producer | undefined;
  #deviceLostAt: number | null = null;
  #signalLost: boolean | undefined;
  #bitrate = 0;
  #priority: AlertPriority | null = null;
  #endReason: StreamEndReason | undefined;

  private constructor(
    identity: StreamIdentity,
    mediaWorker: MediaWorker,
    transport: types.WebRtcTransport,
    clock: Clock,
  ) {
    super();
    this.identity = identity;
    this.mediaWorker = mediaWorker;
    this.startedAt = clock();
    this.#transport = transport;
    this.#clock = clock;
    this.#reception = new Reception(this.startedAt);
    // Every viewer and tap of the stream listens for its end.
    this.setMaxListeners(0);
    transport.once('routerclose', () => this.end('media-worker-died'));
  }

  static async create(identity: StreamIdentity, mediaWorker: MediaWorker, clock: Clock): Promise<Stream> {
    return new Stream(identity, mediaWorker, await mediaWorker.createWebRtcTransport('receive'), clock);
  }

  get transportOptions(): TransportOptions {
    return transportOptionsOf(this.#transport);
  }

  get ended(): boolean {
    return this.#endReason !== undefined;
  }

  get endReason(): StreamEndReason | undefined {
    return this.#endReason;
  }

  /** Whether the device sends: only then do viewers know of the stream. */
  get live(): boolean {
    return this.#producer !== undefined && !this.ended;
  }

  /** Received, all layers together, bit/s. */
  get bitrate(): number {
    return this.#bitrate;
  }

  /** Since when the device or its packets are missing, ms since the epoch; null while they come. */
  get lostSince(): number | null {
    return this.#deviceLostAt ?? this.#reception.silentSince(this.#clock());
  }

  get state(): StreamState {
    return {
      streamId: this.streamId,
      patientId: this.identity.patientId,
      source: this.identity.source,
      startedAt: this.startedAt,
      lastPacketAt: this.#reception.lastPacketAt,
      maxSpatialLayer: highestLayer(this.#producer),
      conditions: [...this.#conditions],
      quality: 'good',
      privacy: null,
      talk: false,
    };
  }

  /** @throws HavenError STREAM_UNKNOWN (ended), ALREADY_DONE, INVALID_REQUEST */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    this.#assertOpen();
    await connectOnce(this.#transport, dtlsParameters);
    this.#assertOpen();
  }

  /** @throws HavenError STREAM_UNKNOWN (ended) */
  async restartIce(): Promise<IceParameters> {
    this.#assertOpen();
    const iceParameters = await this.#transport.restartIce();
    this.#assertOpen();
    return iceParameters;
  }

  /**
   * Starts the video.
   * @returns the producer's id
   * @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST, ALREADY_DONE, STREAM_UNKNOWN (ended)
   */
  async produce(rtpParameters: RtpParameters): Promise<string> {
    this.#assertOpen();
    assertSupportedCodecs(rtpParameters);
    if (this.#producing) throw new HavenError('ALREADY_DONE', 'This stream has its video already.');
    this.#producing = true;
    try {
      const producer = await this.#transport.produce({
        kind: 'video',
        rtpParameters,
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
      });
      this.#assertOpen();
      this.#producer = producer;
    } catch (error) {
      this.#producing = false;
      throw asMediaError(error);
    }
    this.#reception = new Reception(this.#clock());
    this.#demand = new LayerDemand(highestLayer(this.#producer));
    this.emit('live');
    return this.#producer.id;
  }

  /**
   * The stream's producer on a worker, piped there once if it lives on another.
   * @throws HavenError STREAM_UNKNOWN (not live)
   */
  async producerOn(mediaWorker: MediaWorker): Promise<types.Producer> {
    if (!this.live || this.#producer === undefined) throw new HavenError('STREAM_UNKNOWN');
    if (mediaWorker === this.mediaWorker) return this.#producer;
    let pipe = this.#pipes.get(mediaWorker);
    if (pipe === undefined) {
      pipe = this.#pipeTo(mediaWorker, this.#producer);
      this.#pipes.set(mediaWorker, pipe);
      pipe.catch(() => this.#pipes.delete(mediaWorker));
    }
    const producer = await pipe;
    this.#assertOpen();
    return producer;
  }

  /** Somebody watches this layer from now on. */
  watch(subscriber: object, spatialLayer: number): void {
    this.#demand.want(subscriber, Math.min(spatialLayer, highestLayer(this.#producer)));
    this.#settleDemand();
  }

  unwatch(subscriber: object): void {
    this.#demand.drop(subscriber);
  }

  /** The highest urgent alert of the patient: such pictures are given up last. */
  setPriority(priority: AlertPriority | null): void {
    if (priority === this.#priority) return;
    this.#priority = priority;
    this.emit('priority');
  }

  get priority(): AlertPriority | null {
    return this.#priority;
  }

  setCondition(condition: TechnicalCondition, present: boolean): void {
    if (this.ended || this.#conditions.has(condition) === present) return;
    if (present) this.#conditions.add(condition);
    else this.#conditions.delete(condition);
    this.emit('changed');
  }

  /** The device's session is gone. It has {@link DEVICE_RETURN_MS} to publish again. */
  deviceLost(): void {
    if (this.ended || this.#deviceLostAt !== null) return;
    this.#deviceLostAt = this.#clock();
    this.#judge(this.#deviceLostAt);
  }

  /** Reads how the stream fares; called about twice a second. */
  async examine(): Promise<void> {
    if (this.#producer !== undefined) {
      const stats = await this.#producer.getStats();
      if (this.ended) return;
      this.#reception.count(
        stats.reduce((sum, { packetCount }) => sum + packetCount, 0),
        this.#clock(),
      );
      this.#bitrate = stats.reduce((sum, { bitrate }) => sum + bitrate, 0);
      this.#settleDemand();
    }
    this.#judge(this.#clock());
  }

  end(reason: StreamEndReason): void {
    if (this.ended) return;
    this.#endReason = reason;
    this.#transport.close();
    this.emit('ended', reason);
  }

  #judge(now: number): void {
    if (this.ended) return;
    if (this.#deviceLostAt !== null && now - this.#deviceLostAt >= DEVICE_RETURN_MS) {
      this.end('device-lost');
      return;
    }
    if (!this.live) {
      if (now - this.startedAt >= PRODUCE_WITHIN_MS) this.end('device-lost');
      return;
    }
    const { lostSince } = this;
    if (lostSince !== null) this.#setSignal(true, lostSince);
    else if (this.#reception.lastPacketAt !== null) this.#setSignal(false, this.#reception.lastPacketAt);
  }

  #setSignal(lost: boolean, at: number): void {
    if (this.#signalLost === lost) return;
    this.#signalLost = lost;
    this.setCondition('signal-lost', lost);
    this.emit('signal', { lost, at });
  }

  #settleDemand(): void {
    const layer = this.#demand.settle(this.#clock());
    if (layer !== undefined) this.emit('demand', layer);
  }

  async #pipeTo(mediaWorker: MediaWorker, producer: types.Producer): Promise<types.Producer> {
    const { pipeProducer } = await this.mediaWorker.router.pipeToRouter({
      producerId: producer.id,
      router: mediaWorker.router,
      enableSctp: false,
    });
    if (pipeProducer === undefined) throw new Error('mediasoup made no pipe producer');
    pipeProducer.observer.once('close', () => this.#pipes.delete(mediaWorker));
    return pipeProducer;
  }

  #assertOpen(): void {
    if (this.ended) throw new HavenError('STREAM_UNKNOWN');
  }
}

function highestLayer(producer: types.Producer | undefined): number {
  return Math.max(0, (producer?.rtpParameters.encodings?.length ?? 1) - 1);
}
