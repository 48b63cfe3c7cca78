import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import {
  DEVICE_NAMESPACE,
  deviceRequests,
  handshakeSchema,
  HavenError,
  RESUME_WITHIN_MS,
  type DeviceState,
  type Reply,
  type Privacy,
} from '@haven/protocol';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { Server, type Socket } from 'socket.io';
import { LossyRelay } from './lossy-relay.ts';

const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];

/** What the server knows of the stream that a device publishes. */
export type PublishedStream = {
  streamId: string;
  patientId: string;
  socket: Socket;
  transport: types.WebRtcTransport;
  producer: types.Producer | undefined;
};

type Options = {
  /** Refuses the handshake with the token, or a claim of the patient. */
  refuse?: { token?: HavenError; claim?: HavenError };
  port?: number;
  /** Of the media packets on their way to the SFU every so many-th is lost. */
  loseEvery?: number;
  /** Share of the packets with media and reports that is lost by chance, in both directions. */
  loss?: number;
};

/** A server of the device namespace alone: real sockets and a real mediasoup worker, no rooms and no records. */
export class DeviceServer {
  readonly streams: PublishedStream[] = [];
  readonly states: DeviceState[] = [];
  readonly stopped: string[] = [];
  claims = 0;
  iceRestarts = 0;
  /** What is refused from now on; may be changed. */
  readonly refuse: { token?: HavenError | undefined; claim?: HavenError | undefined };
  readonly #relays: LossyRelay[] = [];
  readonly router: types.Router;
  readonly #worker: types.Worker;
  readonly #http: HttpServer;
  readonly #io: Server;
  readonly #options: Options;

  private constructor(worker: types.Worker, router: types.Router, http: HttpServer, options: Options) {
    this.#worker = worker;
    this.router = router;
    this.#http = http;
    this.#options = options;
    this.refuse = { ...options.refuse };
    this.#io = new Server(http, {
      serveClient: false,
      connectionStateRecovery: { skipMiddlewares: false },
    });
    const namespace = this.#io.of(DEVICE_NAMESPACE);
    namespace.use((socket, next) => {
      const handshake = handshakeSchema.safeParse(socket.handshake.auth);
      const refusal = handshake.success ? this.refuse.token : new HavenError('UNAUTHENTICATED');
      if (!refusal) {
        next();
        return;
      }
      next(Object.assign(new Error(refusal.message), { data: refusal.toWire() }));
    });
    namespace.on('connection', (socket) => {
      this.#serve(socket);
      // What a session is taken up by begins with the first event.
      socket.emit('session:ready', { resumeWithinMs: RESUME_WITHIN_MS });
    });
  }

  static async start(options: Options = {}): Promise<DeviceServer> {
    const worker = await createWorker({ logLevel: 'warn' });
    const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
    return new DeviceServer(worker, router, http, options);
  }

  get port(): number {
    const address = this.#http.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The pause that runs. */
  privacy: Privacy | null = null;

  /** The newest stream whose video has started. */
  get producing(): (PublishedStream & { producer: types.Producer }) | undefined {
    const stream = this.streams.at(-1);
    return stream?.producer ? { ...stream, producer: stream.producer } : undefined;
  }

  /** Media packets lost so far. */
  get lost(): number {
    return this.#relays.reduce((sum, relay) => sum + relay.lost, 0);
  }

  /** Breaks every connection as a network does, and lets media go on. */
  breakConnections(): void {
    for (const { conn } of this.#io.of(DEVICE_NAMESPACE).sockets.values()) conn.close();
  }

  /** Nothing goes over the media paths until they are mended. */
  cutPaths(cut: boolean): void {
    for (const relay of this.#relays) relay.cut = cut;
  }

  /** Ends as a killed process does: without a goodbye to anybody. */
  async close(): Promise<void> {
    this.#worker.close();
    for (const relay of this.#relays) relay.close();
    this.breakConnections();
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    this.#answer(socket, 'publish:start', async (request) => {
      const { patientId } = deviceRequests['publish:start'].request.parse(request);
      this.claims++;
      if (this.refuse.claim) throw this.refuse.claim;
      const transport = await this.router.createWebRtcTransport({
        listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      });
      const streamId = randomUUID();
      this.streams.push({ streamId, patientId, socket, transport, producer: undefined });
      const { id, iceParameters, dtlsParameters } = transport;
      const iceCandidates = await this.#candidates(transport);
      return {
        streamId,
        routerRtpCapabilities: this.router.rtpCapabilities,
        transport: { id, iceParameters, iceCandidates, dtlsParameters },
        iceServers: [],
        constraints: { maxFramesPerSecond: 30, maxBitrate: 4_000_000 },
        privacy: this.privacy,
      };
    });
    this.#answer(socket, 'publish:connect', async (request) => {
      const { streamId, dtlsParameters } = deviceRequests['publish:connect'].request.parse(request);
      await this.#stream(streamId).transport.connect({ dtlsParameters });
      return {};
    });
    this.#answer(socket, 'publish:produce', async (request) => {
      const { streamId, rtpParameters } = deviceRequests['publish:produce'].request.parse(request);
      const stream = this.#stream(streamId);
      stream.producer = await stream.transport.produce({ kind: 'video', rtpParameters });
      return { producerId: stream.producer.id };
    });
    this.#answer(socket, 'publish:restart-ice', async (request) => {
      const { streamId } = deviceRequests['publish:restart-ice'].request.parse(request);
      const iceParameters = await this.#stream(streamId).transport.restartIce();
      this.iceRestarts++;
      return { iceParameters };
    });
    this.#answer(socket, 'publish:state', (request) => {
      const state = deviceRequests['publish:state'].request.parse(request);
      this.states.push(state);
      return Promise.resolve({});
    });
    this.#answer(socket, 'publish:privacy', (request) => {
      const { pause } = deviceRequests['publish:privacy'].request.parse(request);
      const since = Date.now();
      this.privacy =
        pause === null
          ? null
          : { reason: pause.reason, by: 'bedside', since, until: since + pause.minutes * 60_000 };
      return Promise.resolve({ privacy: this.privacy });
    });
    this.#answer(socket, 'publish:stop', (request) => {
      const { streamId } = deviceRequests['publish:stop'].request.parse(request);
      this.stopped.push(streamId);
      this.#stream(streamId).transport.close();
      return Promise.resolve({});
    });
  }

  async #candidates(transport: types.WebRtcTransport): Promise<types.IceCandidate[]> {
    const { loseEvery, loss } = this.#options;
    if (loseEvery === undefined && loss === undefined) return transport.iceCandidates;
    return await Promise.all(
      transport.iceCandidates.map(async (candidate) => {
        const relay = await LossyRelay.open(candidate.port, { loseEvery, loss });
        this.#relays.push(relay);
        return { ...candidate, port: relay.port };
      }),
    );
  }

  #stream(streamId: string): PublishedStream {
    const stream = this.streams.find((candidate) => candidate.streamId === streamId);
    if (!stream) throw new HavenError('STREAM_UNKNOWN');
    return stream;
  }

  #answer(socket: Socket, name: string, handle: (request: unknown) => Promise<unknown>): void {
    socket.on(name, (request: unknown, reply: (answer: Reply<unknown>) => void) => {
      void Promise.resolve(request)
        .then(handle)
        .then(
          (data) => reply({ ok: true, data }),
          (error: unknown) => {
            const refusal = error instanceof HavenError ? error : new HavenError('INTERNAL', String(error));
            reply({ ok: false, error: refusal.toWire() });
          },
        );
    });
  }
}
