import {
  HavenError,
  PROTOCOL_VERSION,
  readReply,
  traceContextSchema,
  wireErrorSchema,
  errorCodeSchema,
  type ErrorCode,
  type RequestMap,
  type RequestOf,
  type ResponseOf,
  type TraceContext,
} from '@haven/protocol';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { backoffMs } from './backoff.ts';
import { UnreachableError } from './sentences.ts';
import { Store, type Readable } from './store.ts';

/** Longest wait for the answer to a request, ms. */
const REQUEST_TIMEOUT_MS = 8000;
/** Longest wait for a connection to stand, ms. */
const CONNECT_TIMEOUT_MS = 5000;

/** Refusals that no further attempt with the same sign-in changes. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'TOKEN_REVOKED',
  'FORBIDDEN',
  'ORIGIN_REFUSED',
  'PROTOCOL_VERSION',
  'SUPERSEDED',
]);
/** Refusals after which a renewed token may be accepted. */
const RENEWABLE: ReadonlySet<ErrorCode> = new Set(['TOKEN_EXPIRED', 'UNAUTHENTICATED']);

export type ConnectionStatus =
  | { kind: 'connecting'; error: Error | null }
  /** `resumed`: the same session as before, whose missed messages arrive now. */
  | { kind: 'connected'; resumed: boolean }
  /** It does not come back by itself. */
  | { kind: 'ended'; error: HavenError };

/** Where the token of a handshake comes from. Without `renew` an expired token ends the connection. */
export type Credentials = { token: () => Promise<string>; renew?: () => Promise<string> };

export type ConnectionOptions<M extends RequestMap> = {
  /** Namespace, with an origin where it is not the page's own. */
  url: string;
  requests: M;
  credentials: Credentials;
};

const sessionEndedSchema = z.object({ code: errorCodeSchema });

/**
 * A Socket.IO namespace of Haven's that comes back by itself until it is closed or refused for good. Requests are
 * answered or fail within a bounded time and are never kept for later: what was meant a while ago may be wrong now.
 */
export class Connection<M extends RequestMap, Events> {
  readonly #socket: Socket;
  readonly #requests: M;
  readonly #credentials: Credentials;
  readonly #status = new Store<ConnectionStatus>({ kind: 'connecting', error: null });
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #renewed = false;
  #endedBy: HavenError | undefined;
  #closed = false;

  constructor({ url, requests, credentials }: ConnectionOptions<M>) {
    this.#requests = requests;
    this.#credentials = credentials;
    this.#socket = io(url, {
      transports: ['websocket'],
      // Two walls in one page (after signing in again) never share a connection.
      forceNew: true,
      autoConnect: false,
      timeout: CONNECT_TIMEOUT_MS,
      reconnectionDelay: 250,
      reconnectionDelayMax: 2500,
      auth: (answer) => void this.#authenticate(answer),
    });
    this.#socket.on('connect', () => this.#connected());
    this.#socket.on('connect_error', (error) => this.#failed(error));
    this.#socket.on('disconnect', () => this.#disconnected());
    this.#listen('session:ended', sessionEndedSchema, ({ code }) => {
      this.#endedBy = new HavenError(code);
    });
  }

  get status(): Readable<ConnectionStatus> {
    return this.#status;
  }

  /** Begins to connect, once the listeners are in place. */
  open(): void {
    if (!this.#closed) this.#socket.connect();
  }

  /** Listens to an event; messages that have not its documented form are dropped. */
  on<S extends z.ZodType>(
    event: keyof Events & string,
    schema: S,
    listener: (message: z.output<S>, trace: TraceContext | undefined) => void,
  ): void {
    this.#listen(event, schema, listener);
  }

  /**
   * @param trace what the request is a part of
   * @throws HavenError the server's code, or TIMEOUT; UnreachableError while not connected
   */
  async request<K extends keyof M & string>(
    name: K,
    request: RequestOf<M, K>,
    trace?: TraceContext,
  ): Promise<ResponseOf<M, K>> {
    if (!this.#isConnected()) throw new UnreachableError();
    let answer: unknown;
    try {
      answer = await this.#socket
        .timeout(REQUEST_TIMEOUT_MS)
        .emitWithAck(name, ...(trace === undefined ? [request] : [request, trace]));
    } catch (cause) {
      throw this.#isConnected()
        ? new HavenError('TIMEOUT', undefined, { cause })
        : new UnreachableError({ cause });
    }
    return readReply(this.#requests, name, answer);
  }

  /** Drops a connection that looks open but carries nothing any more; another takes its session up. */
  restart(): void {
    if (this.#closed || this.#status.get().kind !== 'connected') return;
    // Not the namespace: leaving it would end the session.
    this.#socket.io.engine.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket.off();
    this.#socket.disconnect();
  }

  #listen<S extends z.ZodType>(
    event: string,
    schema: S,
    listener: (message: z.output<S>, trace: TraceContext | undefined) => void,
  ): void {
    this.#socket.on(event, (message: unknown, trace: unknown) => {
      const parsed = schema.safeParse(message);
      if (parsed.success) listener(parsed.data, traceContextSchema.safeParse(trace).data);
    });
  }

  #isConnected(): boolean {
    return this.#socket.connected;
  }

  async #authenticate(answer: (auth: object) => void): Promise<void> {
    try {
      const token = await this.#credentials.token();
      answer({ protocol: PROTOCOL_VERSION, token });
    } catch (error) {
      if (this.#closed) return;
      this.#socket.disconnect();
      this.#refused(error);
    }
  }

  #connected(): void {
    this.#attempts = 0;
    this.#renewed = false;
    this.#endedBy = undefined;
    this.#status.set({ kind: 'connected', resumed: this.#socket.recovered });
  }

  #failed(error: Error & { data?: unknown }): void {
    const refusal = wireErrorSchema.safeParse(error.data);
    if (refusal.success) {
      this.#refused(HavenError.fromWire(refusal.data));
    } else if (this.#socket.active) {
      this.#status.set({ kind: 'connecting', error: new UnreachableError({ cause: error }) });
    } else {
      this.#refused(new UnreachableError({ cause: error }));
    }
  }

  #disconnected(): void {
    const error = this.#endedBy ?? null;
    this.#endedBy = undefined;
    // Socket.IO returns by itself unless one of the two sides has closed the namespace on purpose.
    if (this.#socket.active) this.#status.set({ kind: 'connecting', error });
    else if (error !== null) this.#refused(error);
    else this.#again(null);
  }

  /** Decides what a refusal means; Socket.IO does not try again by itself after one. */
  #refused(error: unknown): void {
    const reason = error instanceof Error ? error : new Error(String(error));
    if (reason instanceof HavenError && RENEWABLE.has(reason.code)) {
      if (this.#credentials.renew === undefined || this.#renewed) this.#end(reason);
      else void this.#renew(this.#credentials.renew);
      return;
    }
    if (reason instanceof HavenError && FINAL.has(reason.code)) this.#end(reason);
    else this.#again(reason);
  }

  async #renew(renew: () => Promise<string>): Promise<void> {
    this.#renewed = true;
    this.#status.set({ kind: 'connecting', error: null });
    try {
      await renew();
      if (!this.#closed) this.#socket.connect();
    } catch (error) {
      if (this.#closed) return;
      // An unanswered renewal says nothing about the token.
      if (error instanceof UnreachableError) this.#renewed = false;
      this.#refused(error);
    }
  }

  #again(error: Error | null): void {
    if (this.#closed) return;
    this.#status.set({ kind: 'connecting', error });
    const asked = error instanceof HavenError ? error.retryAfterMs : undefined;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.open(), asked ?? backoffMs(this.#attempts++));
  }

  #end(error: HavenError): void {
    if (this.#closed) return;
    this.#status.set({ kind: 'ended', error });
    this.close();
  }
}
