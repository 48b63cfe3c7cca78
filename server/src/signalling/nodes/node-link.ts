import { EventEmitter } from 'node:events';
import { HavenError, readReply, type RequestOf, type ResponseOf } from '@haven/protocol';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import type { Member } from '../../cluster/members.ts';
import {
  NODE_NAMESPACE,
  nodeEventSchema,
  nodeRequests,
  type NodeEvent,
  type NodeRequests,
} from './node-signalling.ts';

const REQUEST_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 100;
const LONGEST_RECONNECT_MS = 1_000;
/** Without a beat for this long, ms, a node counts as unreachable: its viewers elsewhere are told within 4 s. */
const SILENT_AFTER_MS = 3_000;
const WATCH_INTERVAL_MS = 500;

type NodeLinkEvents = {
  event: [NodeEvent];
  /** It is reached, for the first time or again: what was known of it may be wrong. */
  up: [];
  down: [];
  /** It does not let this node in, or is not there; it is tried again. */
  refused: [Error];
};

export type NodeLinkOptions = {
  to: Member;
  /** Of this node. */
  self: { node: string; secret: string; bootId: string };
  clock: () => number;
};

const beatSchema = z.object({ at: z.number() });

/** This node's connection to another one: hears what happens there, and asks. It comes back by itself until closed. */
export class NodeLink extends EventEmitter<NodeLinkEvents> {
  readonly to: Member;
  readonly #socket: Socket;
  readonly #clock: () => number;
  readonly #timer: NodeJS.Timeout;
  #retry: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #up = false;
  #closed = false;

  constructor({ to, self, clock }: NodeLinkOptions) {
    super();
    this.to = to;
    this.#clock = clock;
    this.#socket = io(new URL(NODE_NAMESPACE, to.url).href, {
      auth: { ...self },
      transports: ['websocket'],
      forceNew: true,
      timeout: CONNECT_TIMEOUT_MS,
      reconnectionDelay: RECONNECT_MS,
      reconnectionDelayMax: LONGEST_RECONNECT_MS,
    });
    this.#socket.on('connect', () => this.#heard());
    this.#socket.on('connect_error', (error) => {
      this.emit('refused', error);
      // A refusal, unlike a failed connection, is not repeated by the client library.
      if (!this.#socket.active && !this.#closed)
        this.#retry = setTimeout(() => this.#socket.connect(), LONGEST_RECONNECT_MS);
    });
    this.#socket.on('disconnect', (reason) => {
      this.#lost();
      // A connection that the other node closed is not made again by itself.
      if (reason === 'io server disconnect' && !this.#closed) this.#socket.connect();
    });
    this.#socket.on('beat', (beat: unknown) => {
      if (beatSchema.safeParse(beat).success) this.#heard();
    });
    this.#socket.on('event', (message: unknown) => {
      const event = nodeEventSchema.safeParse(message);
      if (event.success) this.emit('event', event.data);
    });
    this.#timer = setInterval(() => {
      if (this.#up && clock() - this.#heardAt >= SILENT_AFTER_MS) this.#lost();
    }, WATCH_INTERVAL_MS).unref();
  }

  /** Whether the other node answers now. */
  get up(): boolean {
    return this.#up;
  }

  /** @throws HavenError the other node's code, or TIMEOUT when it is not reached */
  async request<K extends keyof NodeRequests>(
    name: K,
    request: RequestOf<NodeRequests, K>,
  ): Promise<ResponseOf<NodeRequests, K>> {
    if (!this.#socket.connected) throw new HavenError('TIMEOUT', 'The other server is not reached.');
    let answer: unknown;
    try {
      answer = await this.#socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, request);
    } catch (cause) {
      throw new HavenError('TIMEOUT', 'The other server did not answer in time.', { cause });
    }
    return readReply(nodeRequests, name, answer);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#socket.disconnect();
    this.removeAllListeners();
  }

  #heard(): void {
    this.#heardAt = this.#clock();
    if (this.#up) return;
    this.#up = true;
    this.emit('up');
  }

  #lost(): void {
    if (!this.#up) return;
    this.#up = false;
    this.emit('down');
  }
}
