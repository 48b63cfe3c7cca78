import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  type AlertPriority,
  type DtlsParameters,
  type IceParameters,
  type Privacy,
  type RtpParameters,
  type Source,
  type StreamEndReason,
  type StreamState,
  type TechnicalCondition,
  type TransportOptions,
} from '@haven/protocol';
import { DeviceMedia } from './device-media.ts';
import { DevicePresence } from './device-presence.ts';
import { IncomingVideo } from './incoming-video.ts';
import type { Size } from './layer-sizes.ts';
import type { MediaWorker } from './media-worker.ts';
import { StillTurns } from './still-turns.ts';
import { StreamLayers } from './stream-layers.ts';
import { StreamPipes, type LentProducer } from './stream-pipes.ts';

export type StreamIdentity = {
  patientId: string;
  roomId: string;
  deviceId: string;
  source: Source;
};

export type StreamEvents = {
  /** The device began to send. */
  live: [];
  /** What viewers see of the stream changed. */
  changed: [];
  /** RTP is missing since `at`, or came (back) at `at`. */
  signal: [{ lost: boolean; at: number }];
  /** The highest layer that anyone watches changed. */
  demand: [maxSpatialLayer: number];
  priority: [];
  /** Stills of it get a new picture now: one key frame serves all viewers. */
  turn: [];
  /** The picture is paused at its source, or (null) goes on. */
  privacy: [Privacy | null];
  ended: [StreamEndReason];
};

type Clock = () => number;

/** A patient's live video: the device's transport and producer, and how they fare. */
export class Stream extends EventEmitter<StreamEvents> {
  readonly streamId = randomUUID();
  readonly identity: StreamIdentity;
  readonly mediaWorker: MediaWorker;
  readonly startedAt: number;
  readonly #media: DeviceMedia;
  readonly #presence: DevicePresence;
  readonly #layers = new StreamLayers();
  readonly #clock: Clock;
  readonly #conditions = new Set<TechnicalCondition>();
  readonly #pipes: StreamPipes;
  readonly #incoming = new IncomingVideo();
  readonly #stillTurns: StillTurns;
  #signalLost: boolean | undefined;
  #priority: AlertPriority | null = null;
  #privacy: Privacy | null = null;
  #talk = false;
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
    this.#media = new DeviceMedia(transport);
    this.#presence = new DevicePresence(this.startedAt);
    this.#clock = clock;
    this.#pipes = new StreamPipes(mediaWorker, clock);
    this.#stillTurns = new StillTurns(this.startedAt);
    // Every viewer and tap of the stream listens for its end.
    this.setMaxListeners(0);
    transport.once('routerclose', () => this.end('media-worker-died'));
    transport.observer.once('close', () => this.end('device-lost'));
  }

  static async create(identity: StreamIdentity, mediaWorker: MediaWorker, clock: Clock): Promise<Stream> {
    return new Stream(identity, mediaWorker, await mediaWorker.createWebRtcTransport('receive'), clock);
  }

  get transportOptions(): TransportOptions {
    return this.#media.transportOptions;
  }

  get ended(): boolean {
    return this.#endReason !== undefined;
  }

  get endReason(): StreamEndReason | undefined {
    return this.#endReason;
  }

  /** Whether the device sends: only then do viewers know of the stream. */
  get live(): boolean {
    return this.#media.producer !== undefined && !this.ended;
  }

  /** Of its video; empty before it is live. */
  get mimeType(): string {
    return this.#media.mimeType;
  }

  /** Received, all layers together, bit/s. */
  get bitrate(): number {
    return this.#incoming.bitrate;
  }

  /** The least that a viewer can be sent of it, bit/s. */
  get lowestBitrate(): number {
    return this.#incoming.lowestBitrate;
  }

  /** The highest spatial layer that the device sends now. */
  get arrivingLayer(): number {
    return this.#incoming.arrivingLayer;
  }

  /** Of the pictures of its spatial layers, lowest first. */
  get sizes(): readonly Size[] {
    return this.#layers.sizes;
  }

  /** The device tells what it sends now. */
  learnSizes(layers: readonly Size[]): void {
    this.#layers.learn(layers);
  }

  /** How many other workers it is piped to. */
  get pipes(): number {
    return this.#pipes.size;
  }

  /** Since when packets are missing, ms since the epoch; null while they come, and while none are to come. */
  get lostSince(): number | null {
    if (this.#privacy !== null) return null;
    return this.#presence.silentSince(this.#clock());
  }

  get state(): StreamState {
    return {
      streamId: this.streamId,
      patientId: this.identity.patientId,
      source: this.identity.source,
      startedAt: this.startedAt,
      lastPacketAt: this.#presence.lastPacketAt,
      maxSpatialLayer: this.#layers.highest,
      conditions: [...this.#conditions],
      quality: this.#incoming.quality,
      privacy: this.#privacy,
      talk: this.#talk,
    };
  }

  /** @throws HavenError STREAM_UNKNOWN (ended), ALREADY_DONE, INVALID_REQUEST */
  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return this.#media.connect(dtlsParameters);
  }

  /** @throws HavenError STREAM_UNKNOWN (ended) */
  restartIce(): Promise<IceParameters> {
    return this.#media.restartIce();
  }

  /**
   * Starts the video.
   * @returns the producer's id
   * @throws HavenError UNSUPPORTED_CODEC, INVALID_REQUEST, ALREADY_DONE, STREAM_UNKNOWN (ended)
   */
  async produce(rtpParameters: RtpParameters): Promise<string> {
    const producer = await this.#media.produce(rtpParameters);
    this.#presence.began(this.#clock());
    this.#layers.begin(this.#media.encodings.length);
    this.emit('live');
    return producer.id;
  }

  /**
   * The stream's producer on a worker, piped there once if it lives on another, until it is released.
   * @throws HavenError STREAM_UNKNOWN (not live)
   */
  async lendProducer(mediaWorker: MediaWorker): Promise<LentProducer> {
    const { producer } = this.#media;
    if (producer === undefined || !this.live) throw new HavenError('STREAM_UNKNOWN');
    const lent = await this.#pipes.lend(producer, mediaWorker).catch((error: unknown) => {
      throw this.ended ? new HavenError('STREAM_UNKNOWN') : error;
    });
    if (this.ended) {
      lent.release();
      throw new HavenError('STREAM_UNKNOWN');
    }
    return lent;
  }

  /** Somebody watches this layer from now on. */
  watch(subscriber: object, spatialLayer: number): void {
    this.#layers.want(subscriber, spatialLayer);
    this.#settleDemand();
  }

  unwatch(subscriber: object): void {
    this.#layers.drop(subscriber);
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

  get privacy(): Privacy | null {
    return this.#privacy;
  }

  /**
   * Pauses the picture: the device is to stop sending, and whatever it sends all the same goes no further than here.
   * Null: it goes on.
   */
  setPrivacy(privacy: Privacy | null): void {
    if (this.ended || privacy === this.#privacy) return;
    const goesOn = this.#privacy !== null && privacy === null;
    this.#privacy = privacy;
    if (goesOn) this.#presence.goesOn(this.#clock());
    this.#media.pause(privacy !== null);
    this.emit('privacy', privacy);
    this.emit('changed');
    this.#judge(this.#clock());
  }

  /** Whether a clinician can talk with this bedside. */
  get talk(): boolean {
    return this.#talk;
  }

  setTalk(talk: boolean): void {
    if (talk === this.#talk) return;
    this.#talk = talk;
    this.emit('changed');
  }

  setCondition(condition: TechnicalCondition, present: boolean): void {
    if (this.ended || this.#conditions.has(condition) === present) return;
    if (present) this.#conditions.add(condition);
    else this.#conditions.delete(condition);
    this.emit('changed');
  }

  /** The device's connection is gone. It has {@link DEVICE_RETURN_MS} to come back or to publish again. */
  deviceLost(): void {
    this.#presence.connectionLost(this.#clock());
  }

  deviceReturned(): void {
    this.#presence.connectionReturned();
  }

  /** Reads how the stream fares; called about twice a second. */
  async examine(): Promise<void> {
    const { encodings, producer } = this.#media;
    if (producer !== undefined) {
      const stats = await producer.getStats();
      if (this.ended) return;
      this.#read(stats, encodings);
    }
    this.#judge(this.#clock());
  }

  /** Pictures a second that the device really sends; null while it sends hardly any. */
  measureFrameRate(forMs: number): Promise<number | null> {
    return this.#media.measureFrameRate(forMs);
  }

  end(reason: StreamEndReason): void {
    if (this.ended) return;
    this.#endReason = reason;
    this.#media.close();
    this.emit('ended', reason);
  }

  #read(stats: types.ProducerStat[], encodings: types.RtpEncodingParameters[]): void {
    const now = this.#clock();
    this.#incoming.read(stats, encodings);
    this.#presence.count(this.#incoming.packets, now);
    const silent = this.#presence.silentSince(now) !== null;
    if (this.#privacy === null && this.#incoming.judge(stats, silent, now)) this.emit('changed');
    this.#settleDemand();
    this.#pipes.settle();
    if (this.#stillTurns.due(now)) this.emit('turn');
  }

  #judge(now: number): void {
    if (this.ended) return;
    const presence = this.#presence.judge(now, { live: this.live, paused: this.#privacy !== null });
    if (presence === 'gone') this.end('device-lost');
    else if (presence !== undefined) this.#setSignal(presence.lost, presence.at);
  }

  #setSignal(lost: boolean, at: number): void {
    if (this.#signalLost === lost) return;
    this.#signalLost = lost;
    this.setCondition('signal-lost', lost);
    this.emit('signal', { lost, at });
  }

  #settleDemand(): void {
    const layer = this.#layers.settle(this.#clock());
    if (layer !== undefined) this.emit('demand', layer);
  }
}
