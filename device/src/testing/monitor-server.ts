import { createServer, type Server as HttpServer } from 'node:http';
import {
  HavenError,
  MONITOR_NAMESPACE,
  monitorRequests,
  type Reply,
  type RoomSnapshot,
} from '@haven/protocol';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { Server, type Socket } from 'socket.io';

/** A viewer's connection. */
export type MonitorConnection = {
  socket: Socket;
  /** When it began, ms of `performance.now()`. */
  since: number;
  transport: types.WebRtcTransport | undefined;
};

/** A server of the monitor namespace alone, with an empty room: real sockets and a real mediasoup worker. */
export class MonitorServer {
  /** All that there ever were. */
  readonly connections: MonitorConnection[] = [];
  /** By what newcomers are refused from now on. */
  refuse: HavenError | undefined;
  refused = 0;
  readonly #worker: types.Worker;
  readonly #router: types.Router;
  readonly #http: HttpServer;
  readonly #io: Server;

  private constructor(worker: types.Worker, router: types.Router, http: HttpServer) {
    this.#worker = worker;
    this.#router = router;
    this.#http = http;
    this.#io = new Server(http, { serveClient: false });
    const namespace = this.#io.of(MONITOR_NAMESPACE);
    namespace.use((_socket, next) => {
      if (this.refuse === undefined) {
        next();
        return;
      }
      this.refused += 1;
      next(Object.assign(new Error(this.refuse.message), { data: this.refuse.toWire() }));
    });
    namespace.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<MonitorServer> {
    const worker = await createWorker({ logLevel: 'warn' });
    const router = await worker.createRouter({
      mediaCodecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
    });
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new MonitorServer(worker, router, http);
  }

  get url(): string {
    const address = this.#http.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  async close(): Promise<void> {
    this.#worker.close();
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    const connection: MonitorConnection = { socket, since: performance.now(), transport: undefined };
    this.connections.push(connection);
    answer(socket, 'room:join', () => Promise.resolve(emptyRoom()));
    answer(socket, 'transport:open', async () => {
      const transport = await this.#router.createWebRtcTransport({
        listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      });
      connection.transport = transport;
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
      return {
        routerRtpCapabilities: this.#router.rtpCapabilities,
        transport: { id, iceParameters, iceCandidates, dtlsParameters },
        iceServers: [],
      };
    });
    answer(socket, 'transport:connect', async (request) => {
      const { dtlsParameters } = monitorRequests['transport:connect'].request.parse(request);
      await connection.transport?.connect({ dtlsParameters });
      return {};
    });
  }
}

function emptyRoom(): RoomSnapshot {
  return {
    room: { id: 'ward-a', name: 'Ward A' },
    ...{ patients: [], streams: [], vitals: [], alerts: [], soundPause: null },
    load: { step: 'none', overloaded: false, drainingUntil: null },
    serverTime: Date.now(),
  };
}

function answer(socket: Socket, name: string, handle: (request: unknown) => Promise<unknown>): void {
  socket.on(name, (request: unknown, reply: (answer: Reply<unknown>) => void) => {
    handle(request).then(
      (data) => reply({ ok: true, data }),
      (error: unknown) => reply({ ok: false, error: new HavenError('INTERNAL', String(error)).toWire() }),
    );
  });
}
