import { once } from 'node:events';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Page } from 'playwright-core';

/** What waits longer than this, ms, is dropped, as a full queue of a slow router would. */
const QUEUE_MS = 250;

/** A UDP path from a viewer to the SFU that carries a bounded rate towards the viewer. */
export class NarrowRelay {
  readonly #inner: Socket;
  readonly #outer = new Map<string, Socket>();
  readonly #serverPort: number;
  /** Towards the viewer, bit/s; may change at any time. */
  bitsPerSecond: number;
  #freeAt = 0;
  #closed = false;
  #dropped = 0;

  private constructor(inner: Socket, serverPort: number, bitsPerSecond: number) {
    this.#inner = inner;
    this.#serverPort = serverPort;
    this.bitsPerSecond = bitsPerSecond;
    inner.on('message', (packet, viewer) => this.#pathOf(viewer).send(packet, serverPort, '127.0.0.1'));
  }

  /** @param serverPort the SFU's, on 127.0.0.1 */
  static async open(serverPort: number, bitsPerSecond: number): Promise<NarrowRelay> {
    const inner = createSocket('udp4');
    inner.bind(0, '127.0.0.1');
    await once(inner, 'listening');
    return new NarrowRelay(inner, serverPort, bitsPerSecond);
  }

  get port(): number {
    return this.#inner.address().port;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Has all media of a page take this path. To be called before `goto`. */
  async lead(page: Page): Promise<void> {
    const ports = { from: this.#serverPort, to: this.port };
    await page.addInitScript(({ from, to }) => {
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        override setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
          const lines = sdp.split('\r\n').filter((line) => !/^a=candidate:\S+ \d+ tcp /i.test(line));
          const led = lines.map((line) =>
            line.startsWith('a=candidate:') ? line.replace(` ${from} `, ` ${to} `) : line,
          );
          return super.setRemoteDescription({ type, sdp: led.join('\r\n') });
        }
      };
    }, ports);
  }

  close(): void {
    this.#closed = true;
    this.#inner.close();
    for (const socket of this.#outer.values()) socket.close();
  }

  /** One port towards the server for each of the viewer's, so that ICE sees different paths. */
  #pathOf({ address, port }: RemoteInfo): Socket {
    const viewer = `${address} ${port}`;
    const known = this.#outer.get(viewer);
    if (known !== undefined) return known;
    const outer = createSocket('udp4');
    outer.on('message', (packet) => this.#pass(packet, address, port));
    this.#outer.set(viewer, outer);
    return outer;
  }

  #pass(packet: Buffer, address: string, port: number): void {
    const now = performance.now();
    const startsAt = Math.max(now, this.#freeAt);
    if (startsAt - now > QUEUE_MS) {
      this.#dropped += 1;
      return;
    }
    this.#freeAt = startsAt + (packet.length * 8 * 1000) / this.bitsPerSecond;
    setTimeout(() => {
      if (!this.#closed) this.#inner.send(packet, port, address, () => undefined);
    }, startsAt - now);
  }
}
