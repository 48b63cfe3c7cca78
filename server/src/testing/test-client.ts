import { readReply, type RequestMap, type RequestOf, type ResponseOf, type WireError } from '@haven/protocol';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { z } from 'zod';
import { eventually } from './eventually.ts';

const ANSWER_TIMEOUT_MS = 8_000;

const refusedSchema = z.object({ data: z.custom<WireError>().optional() });

/** A Socket.IO client that keeps the events it hears. */
export class TestClient<M extends RequestMap> {
  readonly socket: Socket;
  readonly #requests: M;
  readonly #events: { name: string; message: unknown }[] = [];

  constructor(url: string, requests: M, options: Partial<ManagerOptions & SocketOptions>) {
    this.#requests = requests;
    this.socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
    this.socket.onAny((name: string, message: unknown) => this.#events.push({ name, message }));
  }

  /** @returns how the server refused the handshake, undefined when it did not */
  connected(): Promise<Partial<WireError> | undefined> {
    return new Promise((resolve) => {
      this.socket.once('connect', () => resolve(undefined));
      this.socket.once('connect_error', (error) => resolve(refusedSchema.parse(error).data ?? {}));
    });
  }

  /** @throws HavenError with the server's code */
  async request<K extends keyof M & string>(name: K, request: RequestOf<M, K>): Promise<ResponseOf<M, K>> {
    return readReply(this.#requests, name, await this.raw(name, request));
  }

  /** Anything at all, as a client that does not keep to the protocol would send it. */
  raw(name: string, ...parts: unknown[]): Promise<unknown> {
    return this.socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(name, ...parts);
  }

  /** Every message of this name so far. */
  heard(name: string): unknown[] {
    return this.#events.filter((event) => event.name === name).map(({ message }) => message);
  }

  /** Waits for a message that looks like this. */
  hears(
    name: string,
    matches: (message: unknown) => boolean = () => true,
    withinMs?: number,
  ): Promise<unknown> {
    return eventually(() => this.heard(name).find(matches), name, withinMs);
  }

  close(): void {
    this.socket.disconnect();
  }
}
