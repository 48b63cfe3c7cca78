import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  RESUME_WITHIN_MS,
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
import { measureFrameRate } from './frame-rate.ts';
import { IncomingVideo } from './incoming-video.ts';
import { LayerDemand } from './layer-demand.ts';
import { LayerSizes, type Size } from './layer-sizes.ts';
import { assertSupportedCodecs } from './media-codecs.ts';
import type { MediaWorker } from './media-worker.ts';
import { Reception } from './reception.ts';
import { StillTurns } from './still-turns.ts';
import { StreamPipes, type LentProducer } from './stream-pipes.ts';
import { asMediaError, connectOnce, transportOptionsOf } from './transports.ts';

/** How long a stream outlives its device's connection, ms: media run on while the device signs in again. */
export const DEVICE_RETURN_MS = RESUME_WITHIN_MS;
/** Without RTP for this long, ms, a stream is ended: a device that is there publishes anew. */
export const SILENT_MS = 60_000;
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
  readonly #transport: types.WebRtcTransport;
  readonly #clock: Clock;
  readonly #conditions = new Set<TechnicalCondition>();
  readonly #pipes: StreamPipes;
  readonly #incoming = new IncomingVideo();
  readonly #layerSizes = new LayerSizes();
  readonly #stillTurns: StillTurns;
  #sizes: readonly Size[] = [];
  #reception: Reception;
  #demand = new LayerDemand(0);
  #producing = false;
  #producer: types.Producer | undefined;
  #deviceLostAt: number | null = null;
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
    this.#transport = transport;
    this.#clock = clock;
    this.#reception = new Reception(this.startedAt);
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

  /** Of its video; empty before it is live. */
  get mimeType(): string {
    return this.#producer?.rtpParameters.codecs[0]?.mimeType ?? '';
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
    return this.#sizes;
  }

  /** The device tells what it sends now. */
  learnSizes(layers: readonly Size[]): void {
    this.#layerSizes.learn(layers);
    this.#sizes = this.#layerSizes.upTo(highestLayer(this.#producer));
  }

  /** How many other workers it is piped to. */
  get pipes(): number {
    return this.#pipes.size;
  }

  /** Since when packets are missing, ms since the epoch; null while they come, and while none are to come. */
  get lostSince(): number | null {
    if (this.#privacy !== null) return null;
    return this.#reception.silentSince(this.#clock());
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
      quality: this.#incoming.quality,
      privacy: this.#privacy,
      talk: this.#talk,
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
        paused: this.#privacy !== null,
      });
      this.#assertOpen();
      this.#producer = producer;
    } catch (error) {
      this.#producing = false;
      throw asMediaError(error);
    }
    this.#reception = new Reception(this.#clock());
    this.#demand = new LayerDemand(highestLayer(this.#producer));
    this.#sizes = this.#layerSizes.upTo(highestLayer(this.#producer));
    // A pause may have begun or ended while the producer was made.
    this.#applyPrivacy();
    this.emit('live');
    return this.#producer.id;
  }

  /**
   * The stream's producer on a worker, piped there once if it lives on another, until it is released.
   * @throws HavenError STREAM_UNKNOWN (not live)
   */
  async lendProducer(mediaWorker: MediaWorker): Promise<LentProducer> {
    if (!this.live || this.#producer === undefined) throw new HavenError('STREAM_UNKNOWN');
    try {
      const lent = await this.#pipes.lend(this.#producer, mediaWorker);
      if (this.ended) lent.release();
      this.#assertOpen();
      return lent;
    } catch (error) {
      throw this.ended ? new HavenError('STREAM_UNKNOWN') : error;
    }
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
    // A camera takes a moment to open: the time until the signal counts as lost begins now.
    if (goesOn) this.#reception = this.#reception.anew(this.#clock());
    this.#applyPrivacy();
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
    this.#deviceLostAt ??= this.#clock();
  }

  deviceReturned(): void {
    this.#deviceLostAt = null;
  }

  /** Reads how the stream fares; called about twice a second. */
  async examine(): Promise<void> {
    if (this.#producer !== undefined) {
      const stats = await this.#producer.getStats();
      if (this.ended) return;
      const now = this.#clock();
      this.#incoming.read(stats, this.#producer.rtpParameters.encodings ?? []);
      this.#reception.count(this.#incoming.packets, now);
      const silent = this.#reception.silentSince(now) !== null;
      if (this.#privacy === null && this.#incoming.judge(stats, silent, now)) this.emit('changed');
      this.#settleDemand();
      this.#pipes.settle();
      if (this.#stillTurns.due(now)) this.emit('turn');
    }
    this.#judge(this.#clock());
  }

  /** Pictures a second that the device really sends; null while it sends hardly any. */
  async measureFrameRate(forMs: number): Promise<number | null> {
    const producer = this.#producer;
    return producer === undefined || this.ended ? null : measureFrameRate(producer, forMs);
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
    if (this.#privacy !== null) {
      this.#setSignal(false, now);
      return;
    }
    const { lostSince } = this;
    if (lostSince !== null && now - lostSince >= SILENT_MS) {
      this.end('device-lost');
      return;
    }
    if (lostSince !== null) this.#setSignal(true, lostSince);
    else if (this.#reception.lastPacketAt !== null) this.#setSignal(false, this.#reception.lastPacketAt);
  }

  #setSignal(lost: boolean, at: number): void {
    if (this.#signalLost === lost) return;
    this.#signalLost = lost;
    this.setCondition('signal-lost', lost);
    this.emit('signal', { lost, at });
  }

  /** mediasoup keeps requests in order: the last one stands. They fail only where the producer is gone. */
  #applyPrivacy(): void {
    const producer = this.#producer;
    const applied = this.#privacy === null ? producer?.resume() : producer?.pause();
    applied?.catch(() => undefined);
  }

  #settleDemand(): void {
    const layer = this.#demand.settle(this.#clock());
    if (layer !== undefined) this.emit('demand', layer);
  }

  #assertOpen(): void {
    if (this.ended) throw new HavenError('STREAM_UNKNOWN');
  }
}

function highestLayer(producer: types.Producer | undefined): number {
  return Math.max(0, (producer?.rtpParameters.encodings?.length ?? 1) - 1);
}
