import { randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { types } from 'mediasoup';
import { HavenError, tapDescriptionSchema, type TapDescription, type TapLayers } from '@haven/protocol';
import { KeyedQueue } from './keyed-queue.ts';
import type { Stream } from './stream.ts';

/**
 * Where a tap begins that is told nothing else: the smallest pictures, and 15 of 30 a second. Every switch of the
 * spatial layer breaks the decoder's timestamps once, so only its worker changes it.
 */
const FIRST_LAYERS: TapLayers = { spatialLayer: 0, temporalLayer: 1 };

export type TapTarget = { ip: string; rtpPort: number; layers?: TapLayers | undefined };

/** The strongest that ffmpeg reads. Its key takes 16 bytes, the salt 14. */
const CRYPTO_SUITE = 'AES_CM_128_HMAC_SHA1_80';
const KEY_BYTES = 30;

/**
 * A stream's RTP to a CV worker's decoder: plain on this machine, SRTP to any other. The decoder sends no RTCP, so nothing it does can slow the SFU;
 * key frames are asked for by {@link requestKeyFrame} and merged by the producer.
 */
export class Tap {
  readonly description: TapDescription;
  readonly #transport: types.PlainTransport;
  readonly #consumer: types.Consumer;
  readonly #stream: Stream;
  /** One choice of layers at a time. */
  readonly #choices = new KeyedQueue();
  #resumed = false;

  private constructor(
    stream: Stream,
    transport: types.PlainTransport,
    consumer: types.Consumer,
    description: TapDescription,
  ) {
    this.#stream = stream;
    this.#transport = transport;
    this.#consumer = consumer;
    this.description = description;
    transport.observer.once('close', () => stream.unwatch(this));
  }

  /**
   * Opens a tap, paused: it sends RTP to the target's port and RTCP one above.
   * @throws HavenError STREAM_UNKNOWN
   */
  static async open(stream: Stream, target: TapTarget): Promise<Tap> {
    const { router } = stream.mediaWorker;
    const { producer } = await stream.lendProducer(stream.mediaWorker);
    const encrypted = !isLoopback(target.ip);
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: sourceAddressFor(target.ip) },
      rtcpMux: false,
      comedia: false,
      ...(encrypted ? { enableSrtp: true, srtpCryptoSuite: CRYPTO_SUITE } : {}),
    });
    try {
      await transport.connect({
        ...{ ip: target.ip, port: target.rtpPort, rtcpPort: target.rtpPort + 1 },
        // Of what the decoder sends, which is nothing.
        ...(encrypted ? { srtpParameters: keyOfNobody() } : {}),
      });
      const consumer = await transport.consume({
        producerId: producer.id,
        rtpCapabilities: decoderCapabilities(router, producer),
        paused: true,
        enableRtx: false,
        preferredLayers: target.layers ?? FIRST_LAYERS,
      });
      if (stream.ended) throw new HavenError('STREAM_UNKNOWN');
      return new Tap(stream, transport, consumer, describe(transport, consumer));
    } catch (error) {
      transport.close();
      throw stream.ended ? new HavenError('STREAM_UNKNOWN') : error;
    }
  }

  get closed(): boolean {
    return this.#transport.closed;
  }

  /** What it asks for, within what the stream has. A stream without layers has layer 0 of both. */
  get layers(): TapLayers {
    const { spatialLayer, temporalLayer } = this.#consumer.preferredLayers ?? { spatialLayer: 0 };
    return { spatialLayer, temporalLayer: temporalLayer ?? 0 };
  }

  /** The spatial layer that is sent; undefined before the first picture. */
  get sent(): number | undefined {
    return this.#consumer.currentLayers?.spatialLayer;
  }

  /** The decoder listens: packets flow, beginning with a key frame. @throws HavenError STREAM_UNKNOWN (closed) */
  async resume(): Promise<void> {
    this.#assertOpen();
    this.#resumed = true;
    this.#stream.watch(this, this.layers.spatialLayer);
    await this.#consumer.resume();
  }

  /**
   * Chooses layers; another size begins with a key frame.
   * @returns what the stream has of them
   * @throws HavenError STREAM_UNKNOWN (closed)
   */
  setLayers(layers: TapLayers): Promise<TapLayers> {
    return this.#choices.run('layers', () => this.#setLayers(layers));
  }

  async #setLayers(layers: TapLayers): Promise<TapLayers> {
    this.#assertOpen();
    const before = this.layers;
    await this.#consumer.setPreferredLayers(layers);
    this.#assertOpen();
    const chosen = this.layers;
    if (this.#resumed) this.#stream.watch(this, chosen.spatialLayer);
    if (chosen.spatialLayer !== before.spatialLayer) await this.#consumer.requestKeyFrame();
    return chosen;
  }

  /** Called every few seconds: has a layer sent that was chosen, has come, and is not sent. */
  examine(): Promise<void> {
    return this.#choices.run('layers', () => this.#chooseAnew());
  }

  /**
   * mediasoup looks whether it may send a layer when the first report of that comes. Only by the packet after it can it
   * tell the layer's time, which it has to; and without an estimate of the path it does not look again by itself. It does
   * where another layer is chosen.
   */
  async #chooseAnew(): Promise<void> {
    const { layers } = this;
    const { closed, score } = this.#consumer;
    const current = this.sent ?? layers.spatialLayer;
    const arrives = (score.producerScores[layers.spatialLayer] ?? 0) > 0;
    if (closed || !this.#resumed || !arrives || current >= layers.spatialLayer) return;
    await this.#consumer.setPreferredLayers({ ...layers, spatialLayer: current });
    await this.#consumer.setPreferredLayers(layers);
  }

  /** @throws HavenError STREAM_UNKNOWN (closed) */
  async requestKeyFrame(): Promise<void> {
    this.#assertOpen();
    await this.#consumer.requestKeyFrame();
  }

  close(): void {
    this.#transport.close();
  }

  #assertOpen(): void {
    if (this.closed) throw new HavenError('STREAM_UNKNOWN');
  }
}

function isLoopback(ip: string): boolean {
  return isIPv4(ip) ? ip.startsWith('127.') : ip === '::1';
}

/** Loopback stays on loopback; anything else leaves by whatever interface routes there. */
function sourceAddressFor(targetIp: string): string {
  if (!isIPv4(targetIp)) return isLoopback(targetIp) ? '::1' : '::';
  return isLoopback(targetIp) ? '127.0.0.1' : '0.0.0.0';
}

function keyOfNobody(): types.SrtpParameters {
  return { cryptoSuite: CRYPTO_SUITE, keyBase64: randomBytes(KEY_BYTES).toString('base64') };
}

/** The stream's own codec and nothing else: no RTX, no header extensions, no feedback. */
function decoderCapabilities(router: types.Router, producer: types.Producer): types.RtpCapabilities {
  const mimeType = producer.rtpParameters.codecs[0]?.mimeType.toLowerCase();
  const codecs = (router.rtpCapabilities.codecs ?? [])
    .filter((codec) => codec.mimeType.toLowerCase() === mimeType)
    .map((codec) => ({ ...codec, rtcpFeedback: [] }));
  return { codecs, headerExtensions: [] };
}

function describe(transport: types.PlainTransport, consumer: types.Consumer): TapDescription {
  const codec = consumer.rtpParameters.codecs[0];
  const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc;
  if (codec === undefined || ssrc === undefined) throw new Error('a tap without codec or SSRC');
  return tapDescriptionSchema.parse({
    mimeType: codec.mimeType,
    payloadType: codec.payloadType,
    clockRate: codec.clockRate,
    ssrc,
    parameters: codec.parameters ?? {},
    sourceIp: transport.tuple.localAddress,
    sourcePort: transport.tuple.localPort,
    srtp: transport.srtpParameters,
  });
}
