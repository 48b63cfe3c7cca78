import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way to a server by which everything but media goes, and which can be taken away. */
export class TcpPath {
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #gone = false;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((client) => this.#carry(client));
  }

  /** @param target the server's origin */
  static async open(target: string): Promise<TcpPath> {
    const path = new TcpPath(target);
    path.#server.listen(0, '127.0.0.1');
    await once(path.#server, 'listening');
    return path;
  }

  /** The server's origin by this way. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection, and refuses new ones until {@link restore}. */
  takeAway(): void {
    this.#gone = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#gone = false;
  }

  async close(): Promise<void> {
    this.takeAway();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(client: Socket): void {
    if (this.#gone) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      // Whichever end goes takes the other along; why does not matter here.
      from.on('error', () => undefined);
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
