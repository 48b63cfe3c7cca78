/** A Socket.IO namespace that answers requests as a test says: the client's real counterpart, without a server behind. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  HavenError,
  type RequestMap,
  type RequestOf,
  type ResponseOf,
  type WireError,
} from '@haven/protocol';
import { Server, type Namespace, type Socket } from 'socket.io';

export type Answers<M extends RequestMap> = {
  -readonly [K in keyof M]?: (request: RequestOf<M, K>) => ResponseOf<M, K> | Promise<ResponseOf<M, K>>;
};

export class NamespaceServer<M extends RequestMap> {
  readonly #http: HttpServer = createServer();
  readonly #io = new Server(this.#http, {
    pingInterval: 1000,
    pingTimeout: 1000,
    connectionStateRecovery: { skipMiddlewares: false },
  });
  readonly #namespace: Namespace;
  readonly answers: Answers<M>;
  /** Requests so far, by name. */
  readonly requests: { name: string; request: unknown }[] = [];
  /** Handshakes so far. */
  readonly tokens: string[] = [];
  /** Decides on a handshake: an error refuses it. */
  admit: (token: string) => HavenError | null = () => null;

  private constructor(namespace: string, answers: Answers<M>) {
    this.answers = answers;
    this.#namespace = this.#io.of(namespace);
    this.#namespace.use((socket, next) => {
      const token = String(socket.handshake.auth.token);
      this.tokens.push(token);
      const refusal = this.admit(token);
      if (refusal === null) next();
      else next(Object.assign(new Error(refusal.code), { data: refusal.toWire() }));
    });
    this.#namespace.on('connection', (socket) => {
      socket.onAny((name: string, request: unknown, reply?: (answer: unknown) => void) => {
        this.requests.push({ name, request });
        if (reply !== undefined) void this.#answer(name, request, reply);
      });
    });
  }

  static async start<M extends RequestMap>(
    namespace: string,
    answers: Answers<M>,
    port = 0,
  ): Promise<NamespaceServer<M>> {
    const server = new NamespaceServer(namespace, answers);
    await new Promise<void>((resolve) => server.#http.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#namespace.name}`;
  }

  emit(event: string, message: unknown): void {
    this.#namespace.emit(event, message);
  }

  get sockets(): Socket[] {
    return [...this.#namespace.sockets.values()];
  }

  /** Breaks every connection as a network does: sessions may be taken up. */
  breakConnections(): void {
    for (const socket of this.sockets) socket.conn.close();
  }

  requestsOf(name: keyof M & string): unknown[] {
    return this.requests.filter((entry) => entry.name === name).map(({ request }) => request);
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  async #answer(name: string, request: unknown, reply: (answer: unknown) => void): Promise<void> {
    const answer = this.answers[name];
    try {
      if (answer === undefined) throw new HavenError('NOT_FOUND');
      // The test's own answers are trusted to be asked with what the client really sends.
      reply({ ok: true, data: await answer(request as RequestOf<M, string>) });
    } catch (error) {
      const wire: WireError =
        error instanceof HavenError ? error.toWire() : new HavenError('INTERNAL').toWire();
      reply({ ok: false, error: wire });
    }
  }
}
