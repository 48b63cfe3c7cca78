import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { HavenError } from '@haven/protocol';

/** An even port for RTP; RTCP takes the one above (RFC 3550, section 11). */
export type PortPair = { readonly rtp: number };

/** Pairs tried before giving up: more than a few taken in a row mean that the range is too small. */
const MAX_ATTEMPTS = 50;

/**
 * Hands out port pairs of a range that are free on an address right now, proven by binding them. Each search
 * begins at a random pair: workers of one machine seldom meet, and what is still sent to a port given back
 * seldom meets its next owner.
 */
export class PortPairs {
  readonly #address: string;
  readonly #first: number;
  readonly #count: number;
  readonly #random: () => number;
  readonly #taken = new Set<number>();

  /** @param range inclusive; odd ends are rounded inwards */
  constructor(options: { address: string; range: { first: number; last: number }; random?: () => number }) {
    this.#address = options.address;
    this.#first = options.range.first + (options.range.first % 2);
    this.#count = Math.max(0, Math.floor((options.range.last - this.#first + 1) / 2));
    this.#random = options.random ?? Math.random;
  }

  /** @throws HavenError CAPACITY_EXCEEDED when no pair is free */
  async allocate(): Promise<PortPair> {
    const start = Math.floor(this.#random() * this.#count);
    let attempts = 0;
    for (let step = 0; step < this.#count && attempts < MAX_ATTEMPTS; step++) {
      const rtp = this.#first + 2 * ((start + step) % this.#count);
      if (this.#taken.has(rtp)) continue;
      this.#taken.add(rtp);
      attempts += 1;
      if ((await this.#isFree(rtp)) && (await this.#isFree(rtp + 1))) return { rtp };
      this.#taken.delete(rtp);
    }
    throw new HavenError('CAPACITY_EXCEEDED', 'no pair of UDP ports is free for a tap (HAVEN_TAP_PORTS)');
  }

  release(pair: PortPair): void {
    this.#taken.delete(pair.rtp);
  }

  async #isFree(port: number): Promise<boolean> {
    const socket = createSocket(isIPv6(this.#address) ? 'udp6' : 'udp4');
    try {
      return await canBind(socket, port, this.#address);
    } finally {
      socket.close();
    }
  }
}

async function canBind(socket: Socket, port: number, address: string): Promise<boolean> {
  try {
    const listening = once(socket, 'listening');
    socket.bind({ port, address, exclusive: true });
    await listening;
    return true;
  } catch (error) {
    if (isAddressInUse(error)) return false;
    throw error;
  }
}

function isAddressInUse(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
}
