import { readFile } from 'node:fs/promises';
import {
  DEVICE_NAMESPACE,
  deviceRequests,
  HavenError,
  PROTOCOL_VERSION,
  readReply,
  wireErrorSchema,
  type DeviceRequests,
  type RequestOf,
  type ResponseOf,
  type ServerToDevice,
} from '@haven/protocol';
import { io, type Socket } from 'socket.io-client';
import { UsageError } from './failures.ts';

const REQUEST_TIMEOUT_MS = 5000;
const HANDSHAKE_TIMEOUT_MS = 5000;
/** A server that restarts is found again within its first seconds, and not by all devices at once. */
const RECONNECT_MS = 500;
const RECONNECT_MAX_MS = 3000;
const JITTER = 0.5;

export type SignallingOptions = {
  /** Origin of the server, `https://haven.example:3000`. */
  server: string;
  token: string;
  /** Certificates in PEM that sign the server's, for one that no public authority signed. */
  ca: string | undefined;
};

export type SignallingEvents = ServerToDevice & {
  /** `resumed`: the same session as before, whose missed events arrive now. */
  connect: (resumed: boolean) => void;
  disconnect: (reason: string) => void;
  /** A connection failed; another attempt follows unless the error's code is final. */
  refused: (error: HavenError) => void;
};

/** The connection to the server's device namespace: typed requests, and a connection that comes back by itself. */
export class SignallingClient {
  readonly #socket: Socket;
  readonly #listeners: Partial<SignallingEvents>;
  #attempts = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ server, token, ca }: SignallingOptions, listeners: Partial<SignallingEvents>) {
    this.#listeners = listeners;
    this.#socket = io(new URL(DEVICE_NAMESPACE, server).href, {
      auth: { protocol: PROTOCOL_VERSION, token },
      transports: ['websocket'],
      forceNew: true,
      timeout: HANDSHAKE_TIMEOUT_MS,
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: RECONNECT_MAX_MS,
      randomizationFactor: JITTER,
      ...(ca === undefined ? {} : { ca }),
    });
    this.#socket.on('connect', () => {
      this.#attempts = 0;
      listeners.connect?.(this.#socket.recovered);
    });
    this.#socket.on('disconnect', (reason) => {
      listeners.disconnect?.(reason);
      // Socket.IO does not return by itself where the server closed the connection.
      if (!this.#socket.active) this.#connectLater();
    });
    this.#socket.on('connect_error', (error) => this.#refused(error));
    for (const event of ['stream:ended', 'stream:layers', 'stream:privacy', 'session:ended'] as const) {
      const listener = listeners[event];
      if (listener) this.#socket.on(event, listener);
    }
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** @throws HavenError with the server's code, or TIMEOUT when there is no connection or no answer */
  async request<K extends keyof DeviceRequests>(
    name: K,
    request: RequestOf<DeviceRequests, K>,
  ): Promise<ResponseOf<DeviceRequests, K>> {
    // Socket.IO would keep the request and send it to the next server, which knows nothing of it.
    if (!this.#socket.connected) throw new HavenError('TIMEOUT', 'There is no connection to the server.');
    let answer: unknown;
    try {
      answer = await this.#socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, request);
    } catch (cause) {
      throw new HavenError('TIMEOUT', `The server did not answer ${name} in time.`, { cause });
    }
    return readReply(deviceRequests, name, answer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket.disconnect();
  }

  #refused(error: Error): void {
    const refusal = refusalOf(error);
    this.#listeners.refused?.(refusal);
    // A handshake that the server refused is, unlike a failed connection, not repeated by Socket.IO.
    if (!this.#socket.active) this.#connectLater(refusal.retryAfterMs);
  }

  #connectLater(atLeastMs = 0): void {
    if (this.#closed) return;
    const wait = Math.min(RECONNECT_MAX_MS, RECONNECT_MS * 2 ** this.#attempts++);
    const delay = Math.max(atLeastMs, wait * (1 + JITTER * (2 * Math.random() - 1)));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#socket.connect();
    }, delay);
  }
}

/** @throws UsageError when the file cannot be read */
export async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`The certificate file ${path} cannot be read.`);
  }
}

/** The server's own error where it gave one, else TIMEOUT with what went wrong on the way. */
function refusalOf(error: Error): HavenError {
  const refusal = 'data' in error ? wireErrorSchema.safeParse(error.data) : undefined;
  if (refusal?.success) return HavenError.fromWire(refusal.data);
  return new HavenError('TIMEOUT', `The server cannot be reached: ${deepestMessage(error)}.`, {
    cause: error,
  });
}

/** Engine.IO hides the network's error behind `description`, and the WebSocket behind `error`. */
function deepestMessage(error: Error): string {
  let message = error.message;
  let inner: unknown = error;
  for (let depth = 0; depth < 4 && inner !== null && typeof inner === 'object'; depth++) {
    if (inner instanceof Error && inner.message !== '') message = inner.message;
    if ('description' in inner) inner = inner.description;
    else if ('error' in inner) inner = inner.error;
    else break;
  }
  return message;
}
