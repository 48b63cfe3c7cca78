import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { Transform } from 'node:stream';

/** A way to a server by which everything but media goes, and which can be taken away. */
export class TcpPath {
  readonly #server: Server;
  readonly #target: URL;
  readonly #mediaPorts: { from: number; to: number } | undefined;
  readonly #sockets = new Set<Socket>();
  #gone = false;

  private constructor(target: string, mediaPorts?: { from: number; to: number }) {
    this.#target = new URL(target);
    this.#mediaPorts = mediaPorts;
    this.#server = createServer((client) => this.#carry(client));
  }

  /**
   * @param target the server's origin
   * @param mediaPorts has clients believe that media go by another port, with as many digits: messages keep their length
   * @param at where it begins; any free port when left out
   */
  static async open(
    target: string,
    mediaPorts?: { from: number; to: number },
    at: { host: string; port: number } = { host: '127.0.0.1', port: 0 },
  ): Promise<TcpPath> {
    const path = new TcpPath(target, mediaPorts);
    path.#server.listen(at.port, at.host);
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
      if (from === upstream && this.#mediaPorts !== undefined) from.pipe(leading(this.#mediaPorts)).pipe(to);
      else from.pipe(to);
      // Whichever end goes takes the other along; why does not matter here.
      from.on('error', () => undefined);
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}

/** Candidates fit in one segment on the loopback, so that none is divided. */
function leading({ from, to }: { from: number; to: number }): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(
        null,
        Buffer.from(chunk.toString('latin1').replaceAll(`"port":${from},`, `"port":${to},`), 'latin1'),
      );
    },
  });
}
