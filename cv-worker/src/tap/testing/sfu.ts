import { createWorker, type types } from 'mediasoup';
import {
  cvRequests,
  HavenError,
  readReply,
  tapDescriptionSchema,
  type CvRequests,
  type RequestOf,
  type TapDescription,
  type TapLayers,
} from '@haven/protocol';
import type { CvRequester } from '../../signalling/requester.ts';
import { RtpSource, SOURCE_PAYLOAD_TYPE, SOURCE_SSRC } from './rtp-source.ts';

const loopback = { protocol: 'udp', ip: '127.0.0.1' } as const;
const vp8 = { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 } as const;

type AnyRequest = RequestOf<CvRequests, keyof CvRequests>;

/** A real SFU with one live producer, which answers a tap's requests as the server does. */
export class TestSfu {
  readonly #worker: types.Worker;
  readonly #router: types.Router;
  readonly #producer: types.Producer;
  readonly source: RtpSource;
  readonly #taps = new Map<string, { transport: types.PlainTransport; consumer: types.Consumer }>();
  /** Where the open tap sends to. */
  tapPort = 0;
  opened = 0;
  keyFrameRequests = 0;
  readonly layersAsked: TapLayers[] = [];
  /** What the stream has, whatever is asked for. */
  layers: TapLayers = { spatialLayer: 0, temporalLayer: 0 };
  /** Taps are encrypted, as they are to another machine. */
  encrypted = false;
  /** Refuse the next requests to open a tap with this error. */
  refusal: HavenError | null = null;

  private constructor(
    worker: types.Worker,
    router: types.Router,
    producer: types.Producer,
    source: RtpSource,
  ) {
    this.#worker = worker;
    this.#router = router;
    this.#producer = producer;
    this.source = source;
  }

  static async create(options: { timestamp?: number } = {}): Promise<TestSfu> {
    const worker = await createWorker({ logLevel: 'none' });
    const router = await worker.createRouter({ mediaCodecs: [vp8] });
    const input = await router.createPlainTransport({ listenInfo: loopback, rtcpMux: true, comedia: true });
    const producer = await input.produce({
      kind: 'video',
      rtpParameters: {
        codecs: [{ ...vp8, payloadType: SOURCE_PAYLOAD_TYPE }],
        encodings: [{ ssrc: SOURCE_SSRC }],
      },
    });
    const port = input.tuple.localPort;
    const source = await RtpSource.start({ port, timestamp: options.timestamp ?? 0 });
    return new TestSfu(worker, router, producer, source);
  }

  async close(): Promise<void> {
    await this.source.close();
    this.#worker.close();
  }

  /** Ends all taps, as a server does when a worker's connection is lost: none sends on to a port that is used anew. */
  closeTaps(): void {
    for (const { transport } of this.#taps.values()) transport.close();
    this.#taps.clear();
  }

  /** Answers `tap:*`. */
  async serve(name: string, request: AnyRequest): Promise<unknown> {
    if ('rtpPort' in request) return this.#open(request);
    if (!('assignmentId' in request)) throw new HavenError('INVALID_REQUEST');
    const tap = this.#taps.get(request.assignmentId);
    if (tap === undefined) throw new HavenError('ASSIGNMENT_UNKNOWN');
    if (name === 'tap:key-frame') {
      this.keyFrameRequests += 1;
      await tap.consumer.requestKeyFrame();
    } else if ('layers' in request) {
      this.layersAsked.push(request.layers);
      return this.layers;
    } else {
      await tap.consumer.resume();
    }
    return {};
  }

  async #open(request: RequestOf<CvRequests, 'tap:open'>): Promise<TapDescription> {
    if (this.refusal !== null) throw this.refusal;
    this.#taps.get(request.assignmentId)?.transport.close();
    const transport = await this.#router.createPlainTransport({
      ...{ listenInfo: loopback, rtcpMux: false, enableSrtp: this.encrypted },
      ...(this.encrypted ? { srtpCryptoSuite: 'AES_CM_128_HMAC_SHA1_80' } : {}),
    });
    await transport.connect({
      ...{ ip: request.ip, port: request.rtpPort, rtcpPort: request.rtpPort + 1 },
      ...(this.encrypted ? { srtpParameters: transport.srtpParameters } : {}),
    });
    const consumer = await transport.consume({
      producerId: this.#producer.id,
      rtpCapabilities: { codecs: [{ ...vp8, preferredPayloadType: 96 }] },
      paused: true,
      enableRtx: false,
    });
    this.#taps.set(request.assignmentId, { transport, consumer });
    this.tapPort = request.rtpPort;
    this.opened += 1;
    const codec = consumer.rtpParameters.codecs[0];
    return tapDescriptionSchema.parse({
      mimeType: codec.mimeType,
      payloadType: codec.payloadType,
      clockRate: codec.clockRate,
      ssrc: consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0,
      parameters: {},
      sourceIp: transport.tuple.localAddress,
      sourcePort: transport.tuple.localPort,
      srtp: transport.srtpParameters,
    });
  }
}

/** Answers pass the wire's schemas, as a client's do. */
export function requesterTo(sfu: TestSfu): CvRequester {
  return async (name, request) =>
    readReply(cvRequests, name, { ok: true, data: await sfu.serve(name, request) });
}
