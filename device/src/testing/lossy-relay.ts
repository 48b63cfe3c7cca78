import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Handshakes and reports are smaller: only media packets are lost here. */
const MIN_MEDIA_BYTES = 250;

/** A UDP path from a device to the SFU that loses every n-th media packet on the way there. */
export class LossyRelay {
  readonly #inner: Socket;
  readonly #outer: Socket;
  #count = 0;
  #lost = 0;

  private constructor(inner: Socket, outer: Socket) {
    this.#inner = inner;
    this.#outer = outer;
  }

  /** @param port the SFU's, on 127.0.0.1 */
  static async open(port: number, loseEvery: number): Promise<LossyRelay> {
    const relay = new LossyRelay(createSocket('udp4'), createSocket('udp4'));
    let device: { port: number; address: string } | undefined;
    relay.#inner.on('message', (packet, from) => {
      device = from;
      if (packet.length >= MIN_MEDIA_BYTES && ++relay.#count % loseEvery === 0) relay.#lost++;
      else relay.#outer.send(packet, port, '127.0.0.1');
    });
    relay.#outer.on('message', (packet) => {
      if (device) relay.#inner.send(packet, device.port, device.address);
    });
    for (const socket of [relay.#inner, relay.#outer]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    return relay;
  }

  get port(): number {
    return this.#inner.address().port;
  }

  get lost(): number {
    return this.#lost;
  }

  close(): void {
    this.#inner.close();
    this.#outer.close();
  }
}
