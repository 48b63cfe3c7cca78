import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import {
  CV_NAMESPACE,
  cvHandshakeSchema,
  cvRequests,
  handshakeSchema,
  HavenError,
  type Assignment,
  type CvRequests,
  type Observation,
  type RequestOf,
  type WaveformMessage,
  type WorkerStatus,
} from '@haven/protocol';
import { Server, type Socket } from 'socket.io';

export const TEST_KEY = 'the key of the test worker';

type AnyRequest = RequestOf<CvRequests, keyof CvRequests>;

/** A server of the `/cv` namespace that validates what it is sent, keeps it, and does what a test tells it. */
export class CvServer {
  readonly #http: HttpServer;
  readonly #io: Server;
  readonly observations: Observation[] = [];
  readonly waveforms: WaveformMessage[] = [];
  readonly statuses: WorkerStatus[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  refusals = 0;
  /** New connections are refused with this error. */
  refusal: HavenError | null = null;
  /** Answers `tap:*`. */
  taps: (name: string, request: AnyRequest) => Promise<unknown> = () =>
    Promise.reject(new HavenError('ASSIGNMENT_UNKNOWN'));

  private constructor(http: HttpServer) {
    this.#http = http;
    this.#io = new Server(http);
    this.#io.of(CV_NAMESPACE).use((socket, next) => {
      const { auth } = socket.handshake;
      const known = handshakeSchema.safeParse(auth).data?.token === TEST_KEY;
      const described = cvHandshakeSchema.safeParse(auth.worker).success;
      const refusal = this.refusal ?? (known && described ? null : new HavenError('UNAUTHENTICATED'));
      if (refusal !== null) this.refusals += 1;
      next(refusal === null ? undefined : Object.assign(new Error(refusal.code), { data: refusal.toWire() }));
    });
    this.#io.of(CV_NAMESPACE).on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<CvServer> {
    const http = createServer();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new CvServer(http);
  }

  get url(): string {
    const address = this.#http.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  assign(details: Partial<Assignment> = {}): Assignment {
    const assignment: Assignment = {
      assignmentId: randomUUID(),
      epoch: Date.now(),
      patientId: 'P-001',
      streamId: randomUUID(),
      source: 'synthetic',
      mode: 'both',
      ...details,
    };
    this.#io.of(CV_NAMESPACE).emit('assign', assignment);
    return assignment;
  }

  unassign({ assignmentId, epoch }: Assignment): void {
    this.#io.of(CV_NAMESPACE).emit('unassign', { assignmentId, epoch });
  }

  /** Cuts every connection, as a failing network does. */
  cut(): void {
    for (const socket of this.sockets) socket.conn.close();
  }

  /** Ends every session, as a server does that is stopping. */
  endSessions(): void {
    for (const socket of this.sockets) {
      socket.emit('session:ended', { code: 'SHUTTING_DOWN' });
      socket.disconnect(true);
    }
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('disconnect', () => this.sockets.delete(socket));
    for (const [name, { request: schema }] of Object.entries(cvRequests)) {
      socket.on(name, (request: unknown, reply: (answer: unknown) => void) => {
        this.#answer(name, schema.safeParse(request).data).then(
          (data) => reply({ ok: true, data }),
          (error: unknown) => {
            const known = error instanceof HavenError ? error : new HavenError('INTERNAL', String(error));
            reply({ ok: false, error: known.toWire() });
          },
        );
      });
    }
  }

  async #answer(name: string, request: AnyRequest | undefined): Promise<unknown> {
    if (request === undefined) throw new HavenError('INVALID_REQUEST');
    if ('observations' in request) {
      this.observations.push(...request.observations);
      return { accepted: request.observations.length, rejected: [] };
    }
    if ('waveforms' in request) this.waveforms.push(...request.waveforms);
    else if ('threads' in request) this.statuses.push(request);
    else return this.taps(name, request);
    return {};
  }
}
