import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import {
  HavenError,
  type AlertPriority,
  type RtpParameters,
  type StreamEndReason,
  type StreamState,
} from '@haven/protocol';
import { IncomingVideo } from './incoming-video.ts';
import type { Size } from './layer-sizes.ts';
import type { MediaWorker } from './media-worker.ts';
import { IncomingPipe, type PipeEnd, type PipeListening } from './node-pipe.ts';
import { StillTurns } from './still-turns.ts';
import { PIPE_LINGER_MS, StreamPipes, type LentProducer } from './stream-pipes.ts';
import type { StreamEvents, StreamIdentity } from './stream.ts';
import type { WatchedStream } from './watched-stream.ts';

/** How a node asks another one for a stream's media. Demands and closings reach it sooner or later. */
export interface PipeOpener {
  /**
   * However it ends, the pipe is to be closed when it is not needed.
   * @throws HavenError STREAM_UNKNOWN, TIMEOUT (the node is not reached)
   */
  open(pipe: WantedPipe): Promise<{ from: PipeEnd; rtpParameters: RtpParameters }>;
  /** The highest layer that anybody here watches; null: nobody does. */
  demand(pipeId: string, maxSpatialLayer: number | null): void;
  close(pipeId: string): void;
}

export type WantedPipe = {
  pipeId: string;
  streamId: string;
  to: PipeEnd;
  /** The node does not have the pipe any more. */
  lost: () => void;
};

export type RemoteStreamOptions = {
  identity: StreamIdentity;
  mimeType: string;
  state: StreamState;
  sizes: readonly Size[];
  opener: PipeOpener;
  listening: PipeListening;
  clock: () => number;
};

/** The stream's way here, with what consumes from it. */
type Arrival = {
  pipeId: string;
  incoming: IncomingPipe;
  producer: types.Producer;
  pipes: StreamPipes;
};

/**
 * A stream of another node. Its media are brought here when somebody first watches it, once, and no longer than
 * somebody does. They run on while the other node is not reached otherwise: only its word, or its leaving, ends it.
 */
export class RemoteStream extends EventEmitter<StreamEvents> implements WatchedStream {
  readonly streamId: string;
  readonly identity: StreamIdentity;
  readonly #options: RemoteStreamOptions;
  readonly #wanted = new Map<object, number>();
  readonly #incoming = new IncomingVideo();
  readonly #stillTurns: StillTurns;
  #state: StreamState;
  #sizes: readonly Size[];
  #arriving: Promise<Arrival> | undefined;
  #arrival: Arrival | undefined;
  #holders = 0;
  #idleSince: number | undefined;
  #demanded: number | null = null;
  #priority: AlertPriority | null = null;
  #endReason: StreamEndReason | undefined;

  constructor(options: RemoteStreamOptions) {
    super();
    const { identity, state, sizes, clock } = options;
    this.streamId = state.streamId;
    this.identity = identity;
    this.#options = options;
    this.#state = state;
    this.#sizes = sizes;
    this.#stillTurns = new StillTurns(clock());
    // Every viewer of the stream listens for its end.
    this.setMaxListeners(0);
  }

  get state(): StreamState {
    return this.#state;
  }

  get sizes(): readonly Size[] {
    return this.#sizes;
  }

  get mimeType(): string {
    return this.#options.mimeType;
  }

  /** Nodes tell of streams that are. */
  get live(): boolean {
    return !this.ended;
  }

  get ended(): boolean {
    return this.#endReason !== undefined;
  }

  get endReason(): StreamEndReason | undefined {
    return this.#endReason;
  }

  get lowestBitrate(): number {
    return this.#incoming.lowestBitrate;
  }

  get arrivingLayer(): number {
    return this.#incoming.arrivingLayer;
  }

  get priority(): AlertPriority | null {
    return this.#priority;
  }

  /** Whether its media come here now. */
  get arrives(): boolean {
    return this.#arriving !== undefined;
  }

  setPriority(priority: AlertPriority | null): void {
    if (priority === this.#priority) return;
    this.#priority = priority;
    this.emit('priority');
  }

  /** Its node tells how it is now. */
  update(state: StreamState, sizes: readonly Size[]): void {
    if (this.ended) return;
    this.#state = state;
    this.#sizes = sizes;
    this.#applyPrivacy();
    this.emit('changed');
  }

  /**
   * The stream's producer on a worker of this node.
   * @throws HavenError STREAM_UNKNOWN (ended), TIMEOUT (its node is not reached)
   */
  async lendProducer(mediaWorker: MediaWorker): Promise<LentProducer> {
    this.#assertOpen();
    this.#holders += 1;
    let held = true;
    const letGo = (): void => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#idleSince = this.#options.clock();
    };
    try {
      const { producer, pipes } = await (this.#arriving ??= this.#bring(mediaWorker));
      const lent = await pipes.lend(producer, mediaWorker);
      if (this.ended) lent.release();
      this.#assertOpen();
      return {
        producer: lent.producer,
        release: () => {
          lent.release();
          letGo();
        },
      };
    } catch (error) {
      letGo();
      throw this.ended ? new HavenError('STREAM_UNKNOWN') : error;
    }
  }

  watch(subscriber: object, spatialLayer: number): void {
    this.#wanted.set(subscriber, spatialLayer);
    this.#settleDemand();
  }

  unwatch(subscriber: object): void {
    if (this.#wanted.delete(subscriber)) this.#settleDemand();
  }

  /** Reads how its media arrive, and lets go of what nobody needs; called about twice a second. */
  async examine(): Promise<void> {
    const arrival = this.#arrival;
    if (arrival === undefined || this.ended) return;
    const { producer, pipes } = arrival;
    const now = this.#options.clock();
    if (this.#holders === 0 && this.#idleSince !== undefined && now - this.#idleSince >= PIPE_LINGER_MS) {
      arrival.incoming.close();
      return;
    }
    pipes.settle();
    if (producer.closed) return;
    this.#incoming.read(await producer.getStats(), producer.rtpParameters.encodings ?? []);
    if (this.#stillTurns.due(now)) this.emit('turn');
  }

  end(reason: StreamEndReason): void {
    if (this.ended) return;
    this.#endReason = reason;
    this.#arrival?.incoming.close();
    this.emit('ended', reason);
  }

  async #bring(mediaWorker: MediaWorker): Promise<Arrival> {
    try {
      const arrival = await this.#open(mediaWorker);
      arrival.producer.observer.once('close', () => this.#forget(arrival));
      if (this.ended) {
        arrival.incoming.close();
        throw new HavenError('STREAM_UNKNOWN');
      }
      this.#arrival = arrival;
      this.#demanded = null;
      this.#settleDemand();
      this.#applyPrivacy();
      return arrival;
    } catch (error) {
      this.#arriving = undefined;
      throw error;
    }
  }

  async #open(mediaWorker: MediaWorker): Promise<Arrival> {
    const { opener, listening, clock } = this.#options;
    const { streamId } = this;
    const pipeId = randomUUID();
    const incoming = await IncomingPipe.open(mediaWorker.router, listening);
    try {
      const lost = (): void => incoming.close();
      const { from, rtpParameters } = await opener.open({ pipeId, streamId, to: incoming.end, lost });
      const producer = await incoming.receive(from, rtpParameters);
      return { pipeId, incoming, producer, pipes: new StreamPipes(mediaWorker, clock) };
    } catch (error) {
      incoming.close();
      opener.close(pipeId);
      throw error;
    }
  }

  /** Its pipe or its worker is gone, or nobody needs it any more: the next who watches brings it anew. */
  #forget(arrival: Arrival): void {
    this.#options.opener.close(arrival.pipeId);
    if (this.#arrival !== arrival) return;
    this.#arrival = undefined;
    this.#arriving = undefined;
    this.#idleSince = undefined;
  }

  #settleDemand(): void {
    if (this.#arrival === undefined) return;
    const layer = this.#wanted.size === 0 ? null : Math.max(...this.#wanted.values());
    if (layer === this.#demanded) return;
    this.#demanded = layer;
    this.#options.opener.demand(this.#arrival.pipeId, layer);
  }

  /** It fails only where the producer is gone. */
  #applyPrivacy(): void {
    const producer = this.#arrival?.producer;
    const applied = this.#state.privacy === null ? producer?.resume() : producer?.pause();
    applied?.catch(() => undefined);
  }

  #assertOpen(): void {
    if (this.ended) throw new HavenError('STREAM_UNKNOWN');
  }
}
