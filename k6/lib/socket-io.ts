import { WebSocket } from 'k6/websockets';

/** `readyState` of an open WebSocket: k6 exports no name for it. */
const OPEN = 1;
/** Packet types of Engine.IO v4, and behind `message` those of Socket.IO v5. */
const ENGINE = { open: '0', close: '1', ping: '2', pong: '3', message: '4' };
const SOCKET = { connect: '0', disconnect: '1', event: '2', acknowledgement: '3', connectError: '4' };
const PATH = '/socket.io/?EIO=4&transport=websocket';
/** A server that says nothing for so long, ms, does not answer. */
const ANSWER_TIMEOUT_MS = 20_000;

type Listener = (...values: unknown[]) => void;
type Packet = { type: string; namespace: string; id: number | undefined; body: unknown };

/** The server refused to let somebody in; `data` is what it said. */
export class ConnectionRefused extends Error {
  readonly data: unknown;

  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

/** A Socket.IO client in k6, of what Haven's clients use: one namespace, events, acknowledged requests. */
export class SocketIoClient {
  readonly #socket: WebSocket;
  readonly #namespace: string;
  readonly #auth: unknown;
  readonly #listeners = new Map<string, Listener>();
  readonly #waiting = new Map<number, Listener>();
  #enter: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #lastId = 0;

  /** @param origin http: or https: */
  constructor(origin: string, namespace: string, auth: unknown) {
    this.#namespace = namespace;
    this.#auth = auth;
    this.#socket = new WebSocket(origin.replace(/^http/, 'ws') + PATH);
    this.#socket.onmessage = (event) => {
      if (typeof event?.data === 'string') this.#receive(event.data);
    };
    this.#socket.onerror = (event) => this.#enter?.reject(new Error(event?.error));
    this.#socket.onclose = () => {
      this.#enter?.reject(new Error('the connection closed'));
      this.#listeners.get('disconnect')?.();
    };
  }

  /** Resolves when the namespace is entered. @throws ConnectionRefused, Error */
  entered(): Promise<void> {
    const entering = new Promise<void>((resolve, reject) => {
      this.#enter = { resolve, reject };
    });
    return inTime(entering, this.#namespace);
  }

  /** `disconnect` is the connection's own end. */
  on(event: string, listener: Listener): void {
    this.#listeners.set(event, listener);
  }

  /** Resolves with the acknowledgement. @throws Error when none comes */
  request(event: string, value: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    const acknowledged = new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send(SOCKET.event, `${id}${JSON.stringify([event, value])}`);
    });
    return inTime(acknowledged, event);
  }

  close(): void {
    this.#send(SOCKET.disconnect, '');
    this.#socket.close();
  }

  #send(type: string, body: string): void {
    // A server at its limit may have closed it in between.
    const { readyState }: { readyState: number } = this.#socket;
    if (readyState !== OPEN) return;
    this.#socket.send(`${ENGINE.message}${type}${this.#namespace},${body}`);
  }

  #receive(text: string): void {
    const rest = text.slice(1);
    if (text.startsWith(ENGINE.open)) this.#send(SOCKET.connect, JSON.stringify(this.#auth));
    else if (text.startsWith(ENGINE.ping)) this.#socket.send(ENGINE.pong + rest);
    else if (text.startsWith(ENGINE.message)) this.#handle(readPacket(rest));
  }

  #handle({ type, namespace, id, body }: Packet): void {
    if (namespace !== this.#namespace) return;
    if (type === SOCKET.connect) {
      this.#enter?.resolve();
      this.#enter = undefined;
    } else if (type === SOCKET.connectError) {
      const { message, data } = body as { message: string; data?: unknown };
      this.#enter?.reject(new ConnectionRefused(message, data));
    } else if (type === SOCKET.acknowledgement && id !== undefined) {
      this.#waiting.get(id)?.((body as unknown[])[0]);
      this.#waiting.delete(id);
    } else if (type === SOCKET.event) {
      const [event, ...values] = body as [string, ...unknown[]];
      this.#listeners.get(event)?.(...values);
    }
  }
}

/** Rejects when it takes too long: what hangs for ever would be counted nowhere. */
function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${what} was not answered`)), ANSWER_TIMEOUT_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/** Such as `2/monitor,12["room:join",{}]`. */
function readPacket(text: string): Packet {
  const match = /^(\d)(?:(\/[^,]*),)?(\d*)(.*)$/s.exec(text);
  const [, type = '', namespace = '/', id = '', body = ''] = match ?? [];
  return {
    type,
    namespace,
    id: id === '' ? undefined : Number(id),
    body: body === '' ? undefined : JSON.parse(body),
  };
}
