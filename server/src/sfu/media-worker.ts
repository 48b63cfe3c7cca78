import { EventEmitter } from 'node:events';
import { createWorker, type types } from 'mediasoup';
import { rtpCapabilitiesSchema, type RtpCapabilities } from '@haven/protocol';
import { MEDIA_CODECS } from './media-codecs.ts';
import { WorkerLoad } from './worker-load.ts';

/** Without an answer to ICE consent checks for this long, seconds, the peer counts as gone. */
const ICE_CONSENT_TIMEOUT_S = 15;
/** Counted rather than timed, so that a server that was stopped itself does not blame its workers. */
const HUNG_AFTER_MEASUREMENTS = 6;
/** A viewer's first estimate, bit/s: enough for a wall of low layers at once; feedback corrects it. */
const INITIAL_OUTGOING_BITRATE = 2_000_000;

/**
 * One socket takes in every packet of a worker's devices and viewers: what comes while the worker waits for its turn on a
 * busy machine must not be thrown away. The kernel gives no more than net.core.rmem_max.
 */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export type MediaWorkerOptions = {
  /** UDP and TCP port of all its WebRTC transports; 0 takes a free one. */
  port: number;
  announcedAddress: string | undefined;
  workerBinary: string | undefined;
  /** Of a device, all layers together, bit/s: the most that its transport is told to send. */
  maxIncomingBitrate: number;
  /** Its place in the pool, which a successor takes over. */
  index: number;
};

type MediaWorkerEvents = {
  died: [];
  /** One more router than its own. */
  newrouter: [types.Router];
};

/** One mediasoup worker process with its one WebRtcServer (one port) and its one router, which all but players share. */
export class MediaWorker extends EventEmitter<MediaWorkerEvents> {
  readonly index: number;
  readonly router: types.Router;
  readonly #worker: types.Worker;
  readonly #webRtcServer: types.WebRtcServer;
  readonly load = new WorkerLoad();
  readonly #maxIncomingBitrate: number;
  #carried = 0;
  #unanswered = 0;

  private constructor(
    { index, maxIncomingBitrate }: MediaWorkerOptions,
    worker: types.Worker,
    webRtcServer: types.WebRtcServer,
    router: types.Router,
  ) {
    super();
    this.index = index;
    this.#maxIncomingBitrate = maxIncomingBitrate;
    this.#worker = worker;
    this.#webRtcServer = webRtcServer;
    this.router = router;
    worker.on('died', () => this.emit('died'));
    this.#carryAllOf(router);
    worker.observer.on('newrouter', (another) => {
      this.#carryAllOf(another);
      this.emit('newrouter', another);
    });
  }

  static async start(options: MediaWorkerOptions): Promise<MediaWorker> {
    const { port, announcedAddress, workerBinary } = options;
    const worker = await createWorker({
      logLevel: 'warn',
      ...(workerBinary === undefined ? {} : { workerBin: workerBinary }),
    });
    leaveSignalsAlone(worker);
    try {
      const listen =
        announcedAddress === undefined ? { ip: '127.0.0.1' } : { ip: '0.0.0.0', announcedAddress };
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: [
          { protocol: 'udp', ...listen, port, recvBufferSize: RECEIVE_BUFFER_BYTES },
          { protocol: 'tcp', ...listen, port },
        ],
      });
      const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
      return new MediaWorker(options, worker, webRtcServer, router);
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#worker.pid;
  }

  get closed(): boolean {
    return this.#worker.closed;
  }

  /** What peers may send to its router and receive from it. */
  get rtpCapabilities(): RtpCapabilities {
    return rtpCapabilitiesSchema.parse(this.router.rtpCapabilities);
  }

  /** Transports, producers and consumers of all its routers. */
  get carried(): number {
    return this.#carried;
  }

  /**
   * Reads the processor time that it took; called once a second. One that hangs is killed, since it would keep its
   * streams still for ever: then it counts as one that died.
   */
  async measure(): Promise<void> {
    this.#unanswered += 1;
    if (this.#unanswered > HUNG_AFTER_MEASUREMENTS) process.kill(this.pid, 'SIGKILL');
    const { ru_utime: userMs, ru_stime: systemMs } = await this.#worker.getResourceUsage();
    this.#unanswered = 0;
    this.load.measured(userMs + systemMs, performance.now());
  }

  /**
   * A transport for a device or a viewer. mediasoup, as the DTLS server, offers AES-GCM first, which costs half the
   * CPU time of AES-CM with HMAC.
   */
  async createWebRtcTransport(
    direction: 'receive' | 'send',
    router: types.Router = this.router,
  ): Promise<types.WebRtcTransport> {
    const transport = await router.createWebRtcTransport({
      webRtcServer: this.#webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_S,
      initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
    });
    if (direction === 'receive') await transport.setMaxIncomingBitrate(this.#maxIncomingBitrate);
    return transport;
  }

  /** One more router, for peers that number payload types otherwise. */
  createRouter(mediaCodecs: types.RouterRtpCodecCapability[]): Promise<types.Router> {
    return this.#worker.createRouter({ mediaCodecs });
  }

  /** Resolves when the process has ended and its port is free. */
  async close(): Promise<void> {
    if (this.#worker.subprocessClosed) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('subprocessclose', resolve));
    this.#worker.close();
    await ended;
  }

  #carryAllOf(router: types.Router): void {
    router.observer.on('newtransport', (transport) => {
      this.#carry(transport.observer);
      transport.observer.on('newproducer', (producer) => this.#carry(producer.observer));
      transport.observer.on('newconsumer', (consumer) => this.#carry(consumer.observer));
    });
  }

  #carry(observer: { once(event: 'close', listener: () => void): unknown }): void {
    this.#carried += 1;
    observer.once('close', () => (this.#carried -= 1));
  }
}

/**
 * mediasoup closes its workers by itself when the process gets SIGTERM or SIGINT. A server that is being drained goes on
 * for all who are there, and closes its workers last.
 */
function leaveSignalsAlone(worker: types.Worker): void {
  const onSignal: unknown = Reflect.get(worker, 'onSignal');
  if (!isListener(onSignal)) throw new Error('This mediasoup listens to signals in an unknown way.');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeListener(signal, onSignal);
}

function isListener(value: unknown): value is () => void {
  return typeof value === 'function';
}
