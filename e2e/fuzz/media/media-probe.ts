import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** Names the socket at which the server tells. */
export const SOCKET_VARIABLE = 'FUZZ_MEDIA_SOCKET';
/** Sent in place of a transport's id: asks what the server holds. */
export const MEMORY = 'memory';
/** With this a line begins that a media worker wrote when it ended. */
export const LAST_WORDS = '(stderr)';

const figuresSchema = z.object({
  transport: z.array(z.object({ dtlsState: z.string(), bytesReceived: z.number() })).max(1),
  producers: z.array(z.object({ packetCount: z.number(), packetsRetransmitted: z.number() })),
  consumers: z.array(
    z.object({ type: z.string(), nackCount: z.number(), pliCount: z.number(), firCount: z.number() }),
  ),
  places: z.record(z.string(), z.number()),
});

const heldSchema = z.object({ heldBytes: z.number() });

/** How far packets came that were sent to a transport. */
export type MediaReading = {
  /** `closed` also when there is no such transport any more. */
  dtlsState: string;
  /** By the transport, of all but STUN. */
  bytesReceived: number;
  /** Decrypted, read and taken for a stream. */
  rtpPackets: number;
  retransmissions: number;
  /** What receivers asked for, and was heeded. */
  nacks: number;
  keyFrameRequests: number;
  /** How often the media worker spoke of a packet, by the function that did. */
  places: ReadonlyMap<string, number>;
};

/** Asks a server that was started with {@link preload} for what its media worker knows. */
export class MediaProbe {
  readonly #path: string;

  /** @param path of the Unix socket, which nobody has yet */
  constructor(path: string) {
    this.#path = path;
  }

  /** With these settings a server tells. */
  get settings(): Record<string, string> {
    const preload = new URL('./tell-transports.ts', import.meta.url).href;
    return { [SOCKET_VARIABLE]: this.#path, NODE_OPTIONS: `--import=${preload}` };
  }

  /** What the server's own code holds of memory, without what nobody refers to any more. */
  async heldBytes(): Promise<number> {
    return heldSchema.parse(await this.#ask(MEMORY)).heldBytes;
  }

  async read(transportId: string): Promise<MediaReading> {
    const { transport, producers, consumers, places } = figuresSchema.parse(await this.#ask(transportId));
    const sent = consumers.filter(({ type }) => type === 'outbound-rtp');
    return {
      dtlsState: transport[0]?.dtlsState ?? 'closed',
      bytesReceived: transport[0]?.bytesReceived ?? 0,
      rtpPackets: sumOf(producers, ({ packetCount }) => packetCount),
      retransmissions: sumOf(producers, ({ packetsRetransmitted }) => packetsRetransmitted),
      nacks: sumOf(sent, ({ nackCount }) => nackCount),
      keyFrameRequests: sumOf(sent, ({ pliCount, firCount }) => pliCount + firCount),
      places: new Map(Object.entries(places)),
    };
  }

  async #ask(question: string): Promise<unknown> {
    const socket = connect(this.#path);
    await once(socket, 'connect');
    socket.end(question);
    return JSON.parse(await text(socket));
  }
}

function sumOf<T>(items: readonly T[], read: (item: T) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0);
}
