import { randomUUID } from 'node:crypto';
import { isFinal } from '../failures.ts';
import type { EncodedFrame } from '../media/frame.ts';
import { TokenBucket } from '../media/token-bucket.ts';
import { readFeedback } from '../rtp/feedback.ts';
import { LayerSender } from '../rtp/layer-sender.ts';
import { negotiate } from '../rtp/negotiation.ts';
import type { PublicationEnd } from '../publication.ts';
import { SignallingClient } from '../signalling-client.ts';
import type { LoopedLayer } from './looped-clip.ts';
import { MediaPath } from './media-path.ts';

/** Of retransmissions, bytes a second: what a device gives them of 1.4 Mbit/s. */
const RESEND_BYTES_PER_SECOND = 45_000;
const ROUND_TRIP_MS = 20;
/** Between two key frames that were asked for, ms, as encoders hold it. */
const KEY_FRAME_INTERVAL_MS = 500;

/** Where a layer is. Times in ms of `performance.now()`. */
type Position = {
  /** When its loop began. */
  beganAt: number;
  /** The next frame. */
  index: number;
  keyFrameAsked: boolean;
  /** When it last sprang to a key frame. */
  sprangAt: number;
  /** Nobody watches it, or it has not come to a key frame since. */
  resting: boolean;
};

export type LoopedStream = {
  server: string;
  token: string;
  patientId: string;
  scalabilityMode: string;
  layers: readonly { layer: LoopedLayer; frames: readonly EncodedFrame[] }[];
  loopMs: number;
  /** Springs to the loop's next key frame when asked for one; otherwise the pictures' rhythms stay whole. */
  answersKeyFrameRequests: boolean;
};

/** What was sent, and asked for. */
export type Sent = {
  bytes: number;
  /** Packets that the server asked for again. */
  askedAgain: number;
  keyFramesAsked: number;
};

/** A device that encodes nothing: it publishes a loop that was encoded before, through everything else that a device is. */
export class LoopedDevice {
  /** Resolves when the stream is lost, and not by `close()`. */
  readonly over: Promise<PublicationEnd>;
  readonly #stream: LoopedStream;
  readonly #senders: readonly LayerSender[];
  readonly #transport: MediaPath;
  readonly #signalling: SignallingClient;
  #highestWatched = Infinity;
  #bytesTaken = 0;
  #askedAgain = 0;
  #keyFramesAsked = 0;
  readonly #budget = new TokenBucket(RESEND_BYTES_PER_SECOND);
  readonly #next: Position[];

  private constructor(
    stream: LoopedStream,
    signalling: SignallingClient,
    transport: MediaPath,
    senders: readonly LayerSender[],
    over: Promise<PublicationEnd>,
  ) {
    this.over = over;
    this.#stream = stream;
    this.#signalling = signalling;
    this.#transport = transport;
    this.#senders = senders;
    const beganAt = performance.now();
    this.#next = senders.map(() => ({
      ...{ beganAt, index: 0 },
      ...{ keyFrameAsked: false, sprangAt: -Infinity, resting: false },
    }));
  }

  /** @throws HavenError with the server's code; Error when no media path is found */
  static async publish(stream: LoopedStream): Promise<LoopedDevice> {
    const published: { device?: LoopedDevice } = {};
    const connected = Promise.withResolvers<undefined>();
    const over = Promise.withResolvers<PublicationEnd>();
    const { server, token, patientId, layers, scalabilityMode } = stream;
    const signalling = new SignallingClient(
      { server, token, ca: undefined },
      {
        connect: (resumed) => {
          connected.resolve(undefined);
          // What an earlier session claimed ended with it.
          if (published.device !== undefined && !resumed) over.resolve('device-lost');
        },
        refused: (error) => {
          connected.reject(error);
          if (isFinal(error)) over.resolve('revoked');
        },
        'stream:ended': ({ reason }) => over.resolve(reason),
        'stream:layers': ({ maxSpatialLayer }) => published.device?.rest(maxSpatialLayer),
      },
    );
    let transport: MediaPath | undefined;
    try {
      await connected.promise;
      const claim = { requestId: randomUUID(), patientId, source: 'synthetic' } as const;
      const {
        streamId,
        transport: remote,
        routerRtpCapabilities,
      } = await signalling.request('publish:start', claim);
      transport = await MediaPath.connect(
        remote,
        (dtlsParameters) => signalling.request('publish:connect', { streamId, dtlsParameters }),
        {
          onRtp: () => undefined,
          onRtcp: (packet) => published.device?.heed(packet),
          onLost: () => over.resolve('media-lost'),
        },
      );
      const path = transport;
      const described = layers.map(({ layer }) => ({ ...layer, minBitrate: layer.bitrate }));
      const { rtpParameters, identities } = negotiate(
        routerRtpCapabilities,
        described,
        scalabilityMode,
        streamId,
      );
      await signalling.request('publish:produce', { requestId: randomUUID(), streamId, rtpParameters });
      const senders = identities.map((identity) => new LayerSender(identity, path));
      published.device = new LoopedDevice(stream, signalling, path, senders, over.promise);
      return published.device;
    } catch (error) {
      transport?.close();
      signalling.close();
      throw error;
    }
  }

  /** Sends what is due. */
  play(now: number): void {
    for (const [layer, sender] of this.#senders.entries()) {
      const { frames } = this.#stream.layers[layer];
      const next = this.#next[layer];
      if (next.keyFrameAsked && now - next.sprangAt >= KEY_FRAME_INTERVAL_MS) {
        this.#springToKeyFrame(next, frames, now);
      }
      for (;;) {
        const frame = frames[next.index];
        const timeMs = next.beganAt + frame.timeMs;
        if (timeMs > now) break;
        if (layer <= this.#highestWatched && (frame.key || !next.resting)) {
          next.resting = false;
          sender.send({ ...frame, timeMs }, now);
        }
        next.index = (next.index + 1) % frames.length;
        if (next.index === 0) next.beganAt += this.#stream.loopMs;
      }
    }
  }

  /** Goes on after a pause with the frames that are due next, from a key frame. */
  resume(now: number): void {
    for (const [layer, next] of this.#next.entries()) {
      const { frames } = this.#stream.layers[layer];
      next.beganAt = Math.max(next.beganAt, now - frames[next.index].timeMs);
      next.keyFrameAsked = true;
    }
  }

  /** Tells the clock of each layer. */
  report(now: number): void {
    this.#budget.refill(RESEND_BYTES_PER_SECOND, now);
    for (const sender of this.#senders) sender.keepAlive(now);
    const reports = this.#senders.flatMap((sender) => sender.report(now) ?? []);
    if (reports.length > 0) this.#transport.sendRtcp(reports);
  }

  heed(packet: Parameters<typeof readFeedback>[0]): void {
    const now = performance.now();
    for (const feedback of readFeedback(packet, now)) {
      if (feedback.kind === 'key-frame') this.#askForKeyFrame(feedback.ssrc);
      if (feedback.kind !== 'lost-packets') continue;
      this.#askedAgain += feedback.sequenceNumbers.length;
      const sender = this.#senders.find(({ ssrc }) => ssrc === feedback.ssrc);
      sender?.resend(feedback.sequenceNumbers, now, ROUND_TRIP_MS, this.#budget);
    }
  }

  /** Layers above the highest that anyone watches rest, as a device's encoders do. */
  rest(highestWatched: number): void {
    for (const [layer, next] of this.#next.entries()) {
      if (layer > highestWatched) next.resting = true;
      else if (next.resting) next.keyFrameAsked = this.#stream.answersKeyFrameRequests;
    }
    this.#highestWatched = highestWatched;
  }

  #askForKeyFrame(ssrc: number): void {
    this.#keyFramesAsked += 1;
    const layer = this.#senders.findIndex((sender) => sender.ssrc === ssrc);
    if (layer >= 0 && this.#stream.answersKeyFrameRequests) this.#next[layer].keyFrameAsked = true;
  }

  /** What lies between is left out; the times go on without a gap. */
  #springToKeyFrame(next: Position, frames: readonly EncodedFrame[], now: number): void {
    next.keyFrameAsked = false;
    // The loop begins with one.
    const target = Math.max(
      0,
      frames.findIndex(({ key }, index) => key && index >= next.index),
    );
    next.beganAt += frames[next.index].timeMs - frames[target].timeMs;
    next.index = target;
    next.sprangAt = now;
  }

  /** What was sent, and asked for, since the last call. */
  take(): Sent {
    const bytes = this.#senders.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const taken = {
      bytes: bytes - this.#bytesTaken,
      askedAgain: this.#askedAgain,
      keyFramesAsked: this.#keyFramesAsked,
    };
    this.#bytesTaken = bytes;
    this.#askedAgain = 0;
    this.#keyFramesAsked = 0;
    return taken;
  }

  close(): void {
    this.#signalling.close();
    this.#transport.close();
  }
}
