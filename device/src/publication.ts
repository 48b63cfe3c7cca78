import { randomUUID } from 'node:crypto';
import {
  HavenError,
  type DeviceRequests,
  type DeviceState,
  type Privacy,
  type ResponseOf,
  type StreamEndReason,
} from '@haven/protocol';
import { Encoder } from './encoder/encoder.ts';
import { temporalPatternFor, type TemporalPattern } from './encoder/temporal-pattern.ts';
import { BandwidthController, type KnownPath } from './media/bandwidth.ts';
import { FrameRateLimiter } from './media/frame-rate-limiter.ts';
import type { EncodedFrame, RawFrame } from './media/frame.ts';
import { HeavyLoss } from './media/heavy-loss.ts';
import { layersOf, totalBitrate, type Layer } from './media/layers.ts';
import { RateMeter } from './media/rate-meter.ts';
import { TokenBucket } from './media/token-bucket.ts';
import { RatePlan } from './media/rate-plan.ts';
import { localAddresses } from './rtp/local-addresses.ts';
import { readFeedback, type Feedback } from './rtp/feedback.ts';
import { LayerSender } from './rtp/layer-sender.ts';
import { MediaTransport } from './rtp/media-transport.ts';
import { negotiate } from './rtp/negotiation.ts';
import { PathWatch } from './path-watch.ts';
import type { SignallingClient } from './signalling-client.ts';
import type { VideoSource } from './sources/source.ts';

const STATE_INTERVAL_MS = 2000;
/** Switching between layers waits for a report of each. */
const SENDER_REPORT_INTERVAL_MS = 500;
const PATH_CHECK_MS = 1000;
/**
 * Retransmissions get a part of the rate. Where a path is too narrow nearly everything is reported lost, and
 * answering all of it would narrow the path further. What a radio link loses by chance, retransmissions included, is
 * added, and the pictures get less for it.
 */
const RESEND_SHARE = 0.25;
/** From this share of chance losses on, pictures that others refer to are sent twice unasked. */
const REPEAT_BASE_FROM = 0.25;
/** A key frame or two. */
const RESEND_BURST_BYTES = 40_000;
/** Before the first receiver report. */
const ASSUMED_ROUND_TRIP_MS = 50;

export type PublicationOptions = {
  signalling: SignallingClient;
  patientId: string;
  /** A pause of the picture that runs already. */
  privacy: Privacy | null;
  source: Pick<VideoSource, 'kind' | 'picture'>;
  ffmpeg: string;
  layerCount: number;
  /** What earlier publications learnt of the network. */
  path: KnownPath;
  /** Send one layer only, the lowest, since much is lost. */
  alone: boolean;
  maxBitrate: number;
  maxFramesPerSecond: number;
  /** The stream has its id: the server may speak of it from now on. */
  onClaimed: (publication: Publication) => void;
  onEncoderRestart: (complaint: string) => void;
};

/** The link has become too bad for several layers, or good enough for them again. */
export const OTHER_LAYERS = 'other-layers';

/** Why a publication is over: by the server's word, or because its path died. */
export type PublicationEnd = StreamEndReason | 'media-lost' | typeof OTHER_LAYERS;

/** One stream from its claim to its end: transport, encoder, senders, and the feedback that steers them. */
export class Publication {
  readonly streamId: string;
  /** The pause that ran when the stream was claimed, as the server knows it. */
  readonly privacyAtStart: Privacy | null;
  readonly #signalling: SignallingClient;
  readonly #limiter: FrameRateLimiter;
  readonly #layers: readonly Layer[];
  readonly #temporal: TemporalPattern;
  readonly #bandwidth: BandwidthController;
  readonly #plan: RatePlan;
  readonly #encoder: Encoder;
  readonly #frameMeter = new RateMeter();
  readonly #byteMeter = new RateMeter();
  readonly #resendBudget = new TokenBucket(RESEND_BURST_BYTES);
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #over = Promise.withResolvers<PublicationEnd>();
  readonly #path: PathWatch;
  readonly #heavyLoss: HeavyLoss | undefined;
  #transport: MediaTransport | undefined;
  #senders: LayerSender[] = [];
  #roundTripMs: number | undefined;
  #lossFraction: number | undefined;
  #paused = false;
  #closed = false;

  private constructor(
    options: PublicationOptions,
    stream: Pick<ResponseOf<DeviceRequests, 'publish:start'>, 'streamId' | 'constraints' | 'privacy'>,
  ) {
    const { source, layerCount } = options;
    const { maxFramesPerSecond, maxBitrate } = stream.constraints;
    const picture = source.picture;
    const framesPerSecond = Math.min(picture.framesPerSecond, options.maxFramesPerSecond, maxFramesPerSecond);
    this.streamId = stream.streamId;
    this.privacyAtStart = stream.privacy ?? null;
    this.#signalling = options.signalling;
    this.#temporal = temporalPatternFor(framesPerSecond);
    this.#heavyLoss = layerCount > 1 ? new HeavyLoss(options.alone) : undefined;
    this.#path = new PathWatch(
      {
        addresses: localAddresses,
        connected: () => this.#signalling.connected,
        restart: () => this.#restartIce(),
        giveUp: () => this.end('media-lost'),
      },
      performance.now(),
    );
    this.#limiter = new FrameRateLimiter(Math.min(options.maxFramesPerSecond, maxFramesPerSecond));
    this.#layers = layersOf(
      { ...picture, framesPerSecond },
      layerCount,
      Math.min(options.maxBitrate, maxBitrate),
    ).slice(0, options.alone ? 1 : undefined);
    this.#bandwidth = new BandwidthController(totalBitrate(this.#layers), options.path);
    this.#plan = new RatePlan(this.#layers, this.#bandwidth.target, performance.now());
    this.#encoder = new Encoder(
      {
        ffmpeg: options.ffmpeg,
        width: picture.width,
        height: picture.height,
        temporal: this.#temporal,
        onFrame: (layer, frame) => this.#send(layer, frame),
        onRestart: options.onEncoderRestart,
      },
      this.#plan.layers,
    );
  }

  /**
   * Claims the patient's stream and brings the media path up.
   * @throws HavenError with the server's code, Error when no path is found
   */
  static async start(options: PublicationOptions): Promise<Publication> {
    const { signalling, patientId, source } = options;
    const stream = await signalling.request('publish:start', {
      requestId: randomUUID(),
      patientId,
      source: source.kind,
      privacy: options.privacy,
    });
    const { streamId } = stream;
    const publication = new Publication(options, stream);
    options.onClaimed(publication);
    try {
      publication.#transport = await MediaTransport.connect(
        stream.transport,
        (dtlsParameters) => signalling.request('publish:connect', { streamId, dtlsParameters }),
        {
          onRtcp: (packet) => {
            const now = performance.now();
            publication.#path.heard(now);
            for (const feedback of readFeedback(packet, now)) publication.#heed(feedback, now);
          },
          onPathBroken: () => publication.#path.broke(),
          onLost: () => publication.end('media-lost'),
        },
        stream.iceServers,
      );
      await publication.#produce(
        publication.#transport,
        negotiate(
          stream.routerRtpCapabilities,
          publication.#layers,
          // Without the word of temporal layers the SFU passes a single layer on whatever it loses.
          options.alone ? undefined : publication.#temporal.scalabilityMode,
          streamId,
        ),
      );
      return publication;
    } catch (error) {
      await publication.close();
      // It may have been closed before there was a transport to close.
      await publication.#transport?.close();
      throw error;
    }
  }

  /** Resolves when the stream is over; never rejects. */
  get over(): Promise<PublicationEnd> {
    return this.#over.promise;
  }

  /** Highest layer that anyone watches, 0-based. */
  watch(maxSpatialLayer: number): void {
    this.#plan.watch(maxSpatialLayer, performance.now());
    this.#replan();
  }

  /** For privacy: nothing is encoded or sent until it ends. */
  pause(paused: boolean): void {
    this.#paused = paused;
  }

  publish(frame: RawFrame): void {
    if (this.#closed || this.#paused || this.#senders.length === 0 || !this.#limiter.admits(frame.timeMs))
      return;
    this.#frameMeter.count(1, performance.now());
    this.#encoder.encode(frame);
  }

  end(why: PublicationEnd): void {
    this.#over.resolve(why);
  }

  /** Tells the server that the stream ends on purpose; best effort. */
  async stop(): Promise<void> {
    if (this.#closed) return;
    await this.#signalling.request('publish:stop', { streamId: this.streamId }).catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#encoder.close(), this.#transport?.close()]);
    this.end('device-stopped');
  }

  async #produce(transport: MediaTransport, negotiated: ReturnType<typeof negotiate>): Promise<void> {
    const { streamId } = this;
    const { rtpParameters, identities } = negotiated;
    this.#assertOpen();
    await this.#signalling.request('publish:produce', { requestId: randomUUID(), streamId, rtpParameters });
    this.#assertOpen();
    this.#senders = identities.map((identity) => new LayerSender(identity, transport));
    this.#path.heard(performance.now());
    this.#timers.push(
      setInterval(() => this.#report(), SENDER_REPORT_INTERVAL_MS),
      setInterval(() => this.#sendState(), STATE_INTERVAL_MS),
      setInterval(() => this.#watchPath(performance.now()), PATH_CHECK_MS),
    );
  }

  #watchPath(now: number): void {
    // Of what is not sent nothing is reported.
    if (this.#paused) this.#path.heard(now);
    this.#path.look(now);
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new HavenError('STREAM_UNKNOWN', 'The stream was closed while it was being opened.');
  }

  #send(layer: number, frame: EncodedFrame): void {
    const now = performance.now();
    const sender = this.#senders.at(layer);
    // A layer that was given up is dropped at once, not when the encoder has followed.
    if (this.#closed || this.#paused || !sender || layer >= this.#plan.layers.length) return;
    const before = sender.bytesSent;
    sender.send(frame, now, this.#repeatsBase && frame.temporal.layer === 0);
    this.#byteMeter.count(sender.bytesSent - before, now);
  }

  #heed(feedback: Feedback, now: number): void {
    switch (feedback.kind) {
      case 'lost-packets': {
        const sender = this.#senders.find(({ ssrc }) => ssrc === feedback.ssrc);
        if (!sender) return;
        const before = sender.bytesSent;
        this.#resendBudget.refill((this.#bandwidth.target / 8) * this.#resendShare, now);
        const roundTripMs = this.#roundTripMs ?? ASSUMED_ROUND_TRIP_MS;
        sender.resend(feedback.sequenceNumbers, now, roundTripMs, this.#resendBudget);
        this.#byteMeter.count(sender.bytesSent - before, now);
        return;
      }
      case 'key-frame': {
        const layer = this.#senders.findIndex(({ ssrc }) => ssrc === feedback.ssrc);
        if (layer !== -1) this.#encoder.requestKeyFrame(layer);
        return;
      }
      case 'estimate':
        this.#bandwidth.onEstimate(feedback.bitrate, this.#sentBitrate(now), now);
        this.#replan();
        return;
      case 'report': {
        const layer = this.#senders.findIndex(({ ssrc }) => ssrc === feedback.ssrc);
        // Of a layer that rests nothing can be lost.
        if (layer === -1 || layer >= this.#plan.layers.length) return;
        this.#roundTripMs = feedback.roundTripMs ?? this.#roundTripMs;
        this.#lossFraction = feedback.lossFraction;
        if (this.#heavyLoss?.add(feedback.lossFraction, now) === true) this.end(OTHER_LAYERS);
        this.#bandwidth.onLoss(feedback.lossFraction, this.#sentBitrate(now), now, feedback.roundTripMs);
        this.#replan();
      }
    }
  }

  #sentBitrate(now: number): number {
    return this.#byteMeter.perSecond(now) * 8;
  }

  /** Whether so much is lost by chance that asking for it again takes too long for what others refer to. */
  get #repeatsBase(): boolean {
    return this.#bandwidth.chanceLoss > REPEAT_BASE_FROM;
  }

  get #resendShare(): number {
    return Math.min(1, RESEND_SHARE + this.#bandwidth.chanceLoss);
  }

  #replan(): void {
    const repeated = this.#repeatsBase ? this.#temporal.rateShares[0] : 0;
    const forPictures = (this.#bandwidth.target * (1 - this.#bandwidth.chanceLoss)) / (1 + repeated);
    if (this.#plan.update(forPictures, performance.now())) {
      this.#encoder.configure(this.#plan.layers);
    }
  }

  #report(): void {
    if (this.#paused) return;
    const now = performance.now();
    for (const sender of this.#senders.slice(0, this.#plan.affordable)) sender.keepAlive(now);
    const reports = this.#senders.flatMap((sender) => sender.report(now) ?? []);
    if (reports.length > 0) this.#transport?.sendRtcp(reports);
  }

  async #restartIce(): Promise<void> {
    const { streamId } = this;
    const { iceParameters } = await this.#signalling.request('publish:restart-ice', { streamId });
    if (!this.#closed) await this.#transport?.restartIce(iceParameters);
  }

  #sendState(): void {
    const now = performance.now();
    const state: DeviceState = {
      streamId: this.streamId,
      framesPerSecond: this.#frameMeter.perSecond(now),
      bitrate: this.#sentBitrate(now),
      layers: this.#plan.layers.map(({ width, height }) => ({ width, height })),
      roundTripMs: this.#roundTripMs ?? null,
      lossFraction: this.#lossFraction ?? null,
    };
    // A state that is not delivered is followed by the next.
    this.#signalling.request('publish:state', state).catch(() => undefined);
  }
}
