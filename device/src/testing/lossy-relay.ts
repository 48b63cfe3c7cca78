import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Handshakes and reports are smaller: only media packets are lost here. */
const MIN_MEDIA_BYTES = 250;
/** First byte of RTP and RTCP; checks and handshakes have lower ones (RFC 7983). */
const RTP_FIRST_BYTE = 128;

export type Losses = {
  /** Every so many-th media packet on the way to the SFU. */
  loseEvery?: number | undefined;
  /** Share of all RTP and RTCP packets that is lost by chance, in both directions. */
  loss?: number | undefined;
  /** Of every packet in each direction, ms. */
  delayMs?: number | undefined;
};

/** A UDP path between a device and the SFU that loses packets. */
export class LossyRelay {
  /** Nothing goes through. */
  cut = false;
  readonly #inner: Socket;
  readonly #outer: Socket;
  readonly #losses: Losses;
  readonly #random = randomOf(1);
  #closed = false;
  #count = 0;
  #lost = 0;

  private constructor(inner: Socket, outer: Socket, losses: Losses) {
    this.#inner = inner;
    this.#outer = outer;
    this.#losses = losses;
  }

  /** @param port the SFU's, on 127.0.0.1 */
  static async open(port: number, losses: Losses): Promise<LossyRelay> {
    const relay = new LossyRelay(createSocket('udp4'), createSocket('udp4'), losses);
    let device: { port: number; address: string } | undefined;
    relay.#inner.on('message', (packet, from) => {
      device = from;
      if (!relay.#losesOnTheWayIn(packet)) relay.#pass(relay.#outer, packet, { port, address: '127.0.0.1' });
    });
    relay.#outer.on('message', (packet) => {
      if (device && !relay.#losesByChance(packet)) relay.#pass(relay.#inner, packet, device);
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

  /** Packets on the way to the SFU that were lost. */
  get lost(): number {
    return this.#lost;
  }

  close(): void {
    this.#closed = true;
    this.#inner.close();
    this.#outer.close();
  }

  #pass(socket: Socket, packet: Buffer, { port, address }: { port: number; address: string }): void {
    const { delayMs } = this.#losses;
    const send = () => {
      if (!this.#closed) socket.send(packet, port, address);
    };
    if (delayMs === undefined) send();
    else setTimeout(send, delayMs);
  }

  #losesOnTheWayIn(packet: Buffer): boolean {
    const { loseEvery = Infinity } = this.#losses;
    const inTurn = packet.length >= MIN_MEDIA_BYTES && ++this.#count % loseEvery === 0;
    const loses = inTurn || this.#losesByChance(packet);
    if (loses) this.#lost++;
    return loses;
  }

  #losesByChance(packet: Buffer): boolean {
    const { loss = 0 } = this.#losses;
    return this.cut || (packet[0] >= RTP_FIRST_BYTE && this.#random() < loss);
  }
}

/** A sequence of numbers 0–1 that is the same each time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
