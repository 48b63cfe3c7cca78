import { randomUUID } from 'node:crypto';
import {
  HavenError,
  MONITOR_NAMESPACE,
  monitorRequests,
  PROTOCOL_VERSION,
  readReply,
  wireErrorSchema,
  type MonitorRequests,
  type RequestOf,
  type ResponseOf,
  type RtpCapabilities,
  type ServerToMonitor,
  type ViewedTile,
} from '@haven/protocol';
import { io, type Socket } from 'socket.io-client';
import { RetryPace } from '../retry-pace.ts';
import type { ViewerPlan } from './plan.ts';
import type { TileFigures } from './tile-reception.ts';
import { ViewerMedia, type Samples } from './viewer-media.ts';

/** Hundreds join at once, ms. */
const REQUEST_TIMEOUT_MS = 20_000;
/** From joining until each tile has shown a picture, ms. */
const WALL_TIMEOUT_MS = 60_000;

type Requests = Record<string, (request: unknown, reply: (answer: unknown) => void) => void>;

/** Times from the beginning of the connection, ms; undefined until it came so far. */
export type JoinTimes = { joinedMs?: number; firstPacketMs?: number; allTilesMs?: number };

/** What a viewer saw since the last time it was asked. */
export type ViewerFigures = {
  tiles: TileFigures[];
  samples: Samples;
  /** Tiles that the server sends as stills, at this moment. */
  stills: number;
  /** Times that it lost its connection or its media while it watched. */
  disconnects: number;
};

/** A clinician's wall without a browser: signs in, watches tiles, counts. It comes back by itself after a loss. */
export class SwarmViewer {
  readonly #plan: ViewerPlan;
  readonly #socket: Socket<ServerToMonitor, Requests>;
  readonly #begun = Promise.withResolvers<undefined>();
  readonly #watched = new Map<string, { streamId: string; arrived: boolean; still: boolean }>();
  /** Of the room, by id; some begin while the media path is being opened. */
  #streams = new Set<string>();
  readonly times: JoinTimes = {};
  readonly #startedAt = performance.now();
  #wall: { media: ViewerMedia; transportId: string; rtpCapabilities: RtpCapabilities } | undefined;
  /** Tiles that the room had streams for. */
  #expected = 0;
  /** Since when it has a consumer of each stream that it wants, as `performance.now()`. */
  #watchingSince: number | undefined;
  #disconnects = 0;
  readonly #pace = new RetryPace();
  #returning: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(plan: ViewerPlan) {
    this.#plan = plan;
    const url = new URL(MONITOR_NAMESPACE, plan.server).href;
    this.#socket = io(url, {
      auth: { protocol: PROTOCOL_VERSION, token: plan.token },
      transports: ['websocket'],
      forceNew: true,
    });
    const late = setTimeout(
      () => this.#begun.reject(new HavenError('TIMEOUT', 'Not every tile came.')),
      WALL_TIMEOUT_MS,
    );
    this.#begun.promise.then(
      () => clearTimeout(late),
      () => this.close(),
    );
    this.#socket.on('connect', () => void this.#watch());
    this.#socket.on('connect_error', (error) => this.#refused(refusalOf(error)));
    this.#socket.on('disconnect', () => this.#dropped());
    this.#socket.on('stream:started', (stream) => {
      this.#streams.add(stream.streamId);
      void this.#add(stream.streamId).catch(() => undefined);
    });
    this.#socket.on('stream:ended', ({ streamId }) => this.#streams.delete(streamId));
    this.#socket.on('consumer:closed', ({ consumerId }) => this.#remove(consumerId));
    this.#socket.on('consumer:sending', ({ consumerId, sending }) => {
      const tile = this.#watched.get(consumerId);
      if (tile !== undefined) tile.still = sending === 'still';
      this.#wall?.media.expectLive(consumerId, sending === 'live');
    });
  }

  /**
   * Resolves when each of its tiles shows a picture. Rejects, after which the viewer is closed: a HavenError with the
   * server's code when it is refused or not all tiles come in time, an Error when no media path is found.
   */
  get begun(): Promise<undefined> {
    return this.#begun.promise;
  }

  get media(): ViewerMedia | undefined {
    return this.#wall?.media;
  }

  take(now: number): ViewerFigures {
    const seen = this.#wall?.media.take(now) ?? { tiles: [], samples: { genuine: 0, forged: 0 } };
    const disconnects = this.#disconnects;
    this.#disconnects = 0;
    return { ...seen, disconnects, stills: [...this.#watched.values()].filter(({ still }) => still).length };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#returning);
    this.#socket.disconnect();
    this.#wall?.media.close();
  }

  async #watch(): Promise<void> {
    const connection = this.#socket.id;
    const leave = () => {
      if (this.#socket.id === connection) this.#leave();
    };
    try {
      const { roomId, tiles, offset } = this.#plan;
      const room = await this.#request('room:join', { roomId });
      this.#streams = new Set(room.streams.map(({ streamId }) => streamId));
      this.times.joinedMs ??= this.#elapsed();
      const { transport, routerRtpCapabilities } = await this.#request('transport:open', {
        requestId: randomUUID(),
      });
      const media = await ViewerMedia.open(
        transport,
        (dtlsParameters) => this.#request('transport:connect', { transportId: transport.id, dtlsParameters }),
        { onFirstPacket: (consumerId) => this.#arrived(consumerId), onLost: leave },
      );
      if (this.#closed || this.#socket.id !== connection) {
        media.close();
        return;
      }
      const wall = { media, transportId: transport.id, rtpCapabilities: routerRtpCapabilities };
      this.#wall = wall;
      const streams = [...this.#streams];
      const count = Math.min(tiles, streams.length);
      this.#expected = count;
      for (let index = 0; index < count; index++) await this.#add(streams[(offset + index) % streams.length]);
      if (this.#wall !== wall) return;
      this.#watchingSince = performance.now();
      if (count === 0) this.#begun.resolve(undefined);
    } catch (error) {
      // Who has watched before comes back until it watches again.
      this.#begun.reject(error);
      leave();
    }
  }

  async #add(streamId: string): Promise<void> {
    const wall = this.#wall;
    if (wall === undefined || this.#watched.size >= this.#plan.tiles) return;
    const { media, transportId, rtpCapabilities } = wall;
    const { consumerId, rtpParameters } = await this.#request('consumer:create', {
      requestId: randomUUID(),
      transportId,
      streamId,
      rtpCapabilities,
    });
    if (this.#wall !== wall) return;
    media.add(consumerId, rtpParameters);
    this.#watched.set(consumerId, { streamId, arrived: false, still: false });
    await this.#request('consumer:resume', { consumerId });
    await this.#report();
  }

  #remove(consumerId: string): void {
    this.#wall?.media.remove(consumerId);
    this.#watched.delete(consumerId);
  }

  #arrived(consumerId: string): void {
    const tile = this.#watched.get(consumerId);
    if (tile === undefined) return;
    tile.arrived = true;
    this.times.firstPacketMs ??= this.#elapsed();
    if (this.times.allTilesMs !== undefined) return;
    const tiles = [...this.#watched.values()];
    if (tiles.length < this.#expected || !tiles.every(({ arrived }) => arrived)) return;
    this.times.allTilesMs = this.#elapsed();
    this.#begun.resolve(undefined);
  }

  /** What a wall tells of itself: all tiles visible, the first ones enlarged. */
  async #report(): Promise<void> {
    const { tileWidth, tileHeight, focused } = this.#plan;
    const tiles = [...this.#watched.values()].map(({ streamId }, index): ViewedTile => ({
      ...{ streamId, width: tileWidth, height: tileHeight },
      ...{ visible: true, focused: index < focused },
    }));
    await this.#request('view:report', { tiles });
  }

  #dropped(): void {
    if (this.#closed) return;
    const watchedMs = this.#watchingSince === undefined ? 0 : performance.now() - this.#watchingSince;
    if (this.#watchingSince !== undefined) this.#disconnects += 1;
    this.#watchingSince = undefined;
    this.#wall?.media.close();
    this.#wall = undefined;
    this.#watched.clear();
    // Socket.IO does not return by itself where one of the two closed the connection.
    if (!this.#socket.active) this.#return(this.#pace.ended('media-lost', watchedMs));
  }

  /** Begins anew, with a connection of its own. */
  #leave(): void {
    if (this.#socket.connected) this.#socket.disconnect();
  }

  #refused(refusal: Error): void {
    this.#begun.reject(refusal);
    if (!this.#closed && !this.#socket.active) this.#return(this.#pace.failed(refusal));
  }

  #return(inMs: number): void {
    clearTimeout(this.#returning);
    this.#returning = setTimeout(() => this.#socket.connect(), inMs).unref();
  }

  #elapsed(): number {
    return performance.now() - this.#startedAt;
  }

  async #request<K extends keyof MonitorRequests>(
    name: K,
    request: RequestOf<MonitorRequests, K>,
  ): Promise<ResponseOf<MonitorRequests, K>> {
    const answer: unknown = await this.#socket.timeout(REQUEST_TIMEOUT_MS).emitWithAck(name, request);
    return readReply(monitorRequests, name, answer);
  }
}

function refusalOf(error: Error): Error {
  const refusal = 'data' in error ? wireErrorSchema.safeParse(error.data) : undefined;
  return refusal?.success === true ? HavenError.fromWire(refusal.data) : error;
}
