import { randomUUID } from 'node:crypto';
import type { EncodedFrame } from '../../../device/src/media/frame.ts';
import { TokenBucket } from '../../../device/src/media/token-bucket.ts';
import { readFeedback } from '../../../device/src/rtp/feedback.ts';
import { LayerSender } from '../../../device/src/rtp/layer-sender.ts';
import { MediaTransport } from '../../../device/src/rtp/media-transport.ts';
import { negotiate } from '../../../device/src/rtp/negotiation.ts';
import { SignallingClient } from '../../../device/src/signalling-client.ts';
import type { LoopedLayer } from './looped-clip.ts';

/** Of retransmissions, bytes a second: what a device gives them of 1.4 Mbit/s. */
const RESEND_BYTES_PER_SECOND = 45_000;
const ROUND_TRIP_MS = 20;

export type LoopedStream = {
  server: string;
  token: string;
  patientId: string;
  scalabilityMode: string;
  layers: readonly { layer: LoopedLayer; frames: readonly EncodedFrame[] }[];
  loopMs: number;
  onLost: (why: string) => void;
};

/** A device that encodes nothing: it publishes a loop that was encoded before, through everything else that a device is. */
export class LoopedDevice {
  readonly #stream: LoopedStream;
  readonly #senders: readonly LayerSender[];
  readonly #transport: MediaTransport;
  readonly #signalling: SignallingClient;
  readonly #startedAt = performance.now();
  readonly #budget = new TokenBucket(RESEND_BYTES_PER_SECOND);
  /** Of each layer: loops that are over, and the next frame. */
  readonly #next: { loop: number; index: number }[];

  private constructor(
    stream: LoopedStream,
    signalling: SignallingClient,
    transport: MediaTransport,
    senders: readonly LayerSender[],
  ) {
    this.#stream = stream;
    this.#signalling = signalling;
    this.#transport = transport;
    this.#senders = senders;
    this.#next = senders.map(() => ({ loop: 0, index: 0 }));
  }

  /** @throws HavenError with the server's code; Error when no media path is found */
  static async publish(stream: LoopedStream): Promise<LoopedDevice> {
    const connected = Promise.withResolvers<undefined>();
    const { server, token, patientId, layers, scalabilityMode, onLost } = stream;
    const signalling = new SignallingClient(
      { server, token, ca: undefined },
      {
        connect: () => connected.resolve(undefined),
        refused: (error) => connected.reject(error),
        'stream:ended': ({ reason }) => onLost(reason),
      },
    );
    await connected.promise;
    const claim = { requestId: randomUUID(), patientId, source: 'synthetic' } as const;
    const {
      streamId,
      transport: remote,
      routerRtpCapabilities,
    } = await signalling.request('publish:start', claim);
    const published: { device?: LoopedDevice } = {};
    const transport = await MediaTransport.connect(
      remote,
      (dtlsParameters) => signalling.request('publish:connect', { streamId, dtlsParameters }),
      { onRtcp: (packet) => published.device?.heed(packet), onLost },
    );
    const described = layers.map(({ layer }) => ({ ...layer, minBitrate: layer.bitrate }));
    const { rtpParameters, identities } = negotiate(
      routerRtpCapabilities,
      described,
      scalabilityMode,
      streamId,
    );
    await signalling.request('publish:produce', { requestId: randomUUID(), streamId, rtpParameters });
    const senders = identities.map((identity) => new LayerSender(identity, transport));
    published.device = new LoopedDevice(stream, signalling, transport, senders);
    return published.device;
  }

  /** Sends what is due. */
  play(now: number): void {
    for (const [layer, sender] of this.#senders.entries()) {
      const { frames } = this.#stream.layers[layer];
      const next = this.#next[layer];
      for (;;) {
        const frame = frames[next.index];
        const timeMs = this.#startedAt + next.loop * this.#stream.loopMs + frame.timeMs;
        if (timeMs > now) break;
        sender.send({ ...frame, timeMs }, now);
        next.index = (next.index + 1) % frames.length;
        if (next.index === 0) next.loop += 1;
      }
    }
  }

  /** Tells the clock of each layer. */
  report(now: number): void {
    this.#budget.refill(RESEND_BYTES_PER_SECOND, now);
    const reports = this.#senders.flatMap((sender) => sender.report(now) ?? []);
    if (reports.length > 0) this.#transport.sendRtcp(reports);
  }

  heed(packet: Parameters<typeof readFeedback>[0]): void {
    const now = performance.now();
    for (const feedback of readFeedback(packet, now)) {
      if (feedback.kind !== 'lost-packets') continue;
      const sender = this.#senders.find(({ ssrc }) => ssrc === feedback.ssrc);
      sender?.resend(feedback.sequenceNumbers, now, ROUND_TRIP_MS, this.#budget);
    }
  }

  async close(): Promise<void> {
    this.#signalling.close();
    await this.#transport.close();
  }
}
