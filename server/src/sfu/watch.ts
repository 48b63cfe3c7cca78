import { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { parseScalabilityMode, type types } from 'mediasoup';
import type { DegradationStep, StreamEndReason, TileSending, ViewedTile } from '@haven/protocol';
import type { Claim } from './link-budget.ts';
import { StillRefresh } from './still-refresh.ts';
import type { LentProducer } from './stream-pipes.ts';
import { ViewPolicy, type View } from './view-policy.ts';
import type { WatchedStream } from './watched-stream.ts';

type WatchEvents = {
  /** The stream or its media worker is gone; the consumer is closed. */
  ended: [StreamEndReason];
  /** What the SFU does with it. */
  sending: [{ sending: TileSending; because: View['because'] }];
  /** What is sent now; null while nothing is. */
  layers: [types.ConsumerLayers | undefined];
};

/** What a viewer's link and the server allow. */
export type Allowance = { step: DegradationStep; affordable: boolean; turnsPerRefresh: number };

/** One key frame of a still is worth more than another frame of anything that moves. */
const STILL_PRIORITY = 255;
export const LOWEST: types.ConsumerLayers = { spatialLayer: 0, temporalLayer: 0 };

/**
 * A viewer's consumer of one stream. What should be sent follows from the tile, the patient's alerts and the allowance;
 * mediasoup is brought there step by step, so that however fast wishes change, the last one stands.
 */
export class Watch extends EventEmitter<WatchEvents> {
  readonly stream: WatchedStream;
  readonly consumer: types.Consumer;
  readonly #producer: LentProducer;
  readonly #clock: () => number;
  readonly #policy = new ViewPolicy();
  readonly #refresh: StillRefresh;
  readonly #temporalLayers: number;
  readonly #settle = (): void => this.settleSoon();
  readonly #onEnded = (reason: StreamEndReason): void => this.#end(reason);
  readonly #onTurn = (): void => this.#refreshInTurn();
  #tile: ViewedTile | null | undefined;
  #allowance: Allowance = { step: 'none', affordable: true, turnsPerRefresh: 1 };
  #ready = false;
  #view: View | undefined;
  /** What mediasoup does. */
  #brought: View | undefined;
  #told: { sending: TileSending; because: View['because'] } = { sending: 'live', because: null };
  #preferred = LOWEST;
  #turn = 0;
  #applying: Promise<void> | undefined;

  constructor(stream: WatchedStream, consumer: types.Consumer, producer: LentProducer, clock: () => number) {
    super();
    this.stream = stream;
    this.consumer = consumer;
    this.#producer = producer;
    this.#clock = clock;
    this.#temporalLayers = parseScalabilityMode(
      consumer.rtpParameters.encodings?.[0]?.scalabilityMode,
    ).temporalLayers;
    this.#refresh = new StillRefresh(consumer);
    stream.once('ended', this.#onEnded);
    stream.on('priority', this.#settle);
    consumer.on('layerschange', (layers) => this.emit('layers', layers));
    // The other end of a pipe dies with its worker.
    consumer.once('producerclose', () => this.#end(stream.endReason ?? 'media-worker-died'));
  }

  get id(): string {
    return this.consumer.id;
  }

  /** Whether the viewer wants to see it move: it is ready and on screen, and the server sends it. */
  get claim(): Claim | undefined {
    if (!this.#ready || this.#view === undefined) return undefined;
    const { sending, because, priority } = this.#view;
    if (sending === 'hidden' || because === 'server-load') return undefined;
    return { id: this.id, bitrate: this.stream.lowestBitrate, priority };
  }

  get sending(): TileSending | undefined {
    return this.#ready ? this.#view?.sending : undefined;
  }

  /** Whether the viewer's link gets lower layers than it should, or none. */
  get reduced(): boolean {
    const { type, producerPaused } = this.consumer;
    if (type !== 'simulcast' || producerPaused || this.sending !== 'live' || !this.#view) return false;
    const wanted = Math.min(this.#view.spatialLayer, this.stream.arrivingLayer);
    return (this.consumer.currentLayers?.spatialLayer ?? -1) < wanted;
  }

  /** The viewer's end is there: packets flow, beginning with a key frame, if the stream is seen. */
  resume(): Promise<void> {
    this.#ready = true;
    return this.settle();
  }

  /** @param tile null: it is not on screen */
  show(tile: ViewedTile | null): void {
    this.#tile = tile;
    this.settleSoon();
  }

  allow(allowance: Allowance): void {
    this.#allowance = allowance;
    this.settleSoon();
  }

  /** Decides anew; resolves when mediasoup does what was decided. */
  settle(): Promise<void> {
    if (!this.#ready || this.#closed) return Promise.resolve();
    const { stream } = this;
    const view = this.#policy.decide(
      {
        tile: this.#tile,
        sizes: stream.sizes,
        temporalLayers: this.#temporalLayers,
        alert: stream.priority,
        ...this.#allowance,
      },
      this.#clock(),
    );
    if (isDeepStrictEqual(view, this.#brought)) return Promise.resolve();
    this.#view = view;
    const { sending, because, spatialLayer } = view;
    if (sending === 'live') stream.watch(this, spatialLayer);
    else stream.unwatch(this);
    if (sending !== this.#told.sending || because !== this.#told.because) {
      this.#told = { sending, because };
      this.emit('sending', this.#told);
    }
    this.#applying ??= this.#apply().finally(() => (this.#applying = undefined));
    return this.#applying;
  }

  /** A failure is followed by the next attempt: viewers settle twice a second. */
  settleSoon(): void {
    this.settle().catch(() => undefined);
  }

  close(): void {
    const { stream } = this;
    stream.off('ended', this.#onEnded);
    stream.off('priority', this.#settle);
    stream.off('turn', this.#onTurn);
    stream.unwatch(this);
    void this.#refresh.stop();
    this.consumer.close();
    this.#producer.release();
    this.removeAllListeners();
  }

  get #closed(): boolean {
    return this.consumer.closed;
  }

  #end(reason: StreamEndReason): void {
    this.emit('ended', reason);
    this.close();
  }

  async #apply(): Promise<void> {
    while (this.#view !== undefined && this.#view !== this.#brought && !this.#closed) {
      const view = this.#view;
      this.#brought = undefined;
      await this.#bring(view).catch((error: unknown) => {
        // Whoever closed it meanwhile tells so.
        if (!this.#closed) throw error;
      });
      this.#brought = view;
    }
  }

  /** Layers and priority come before packets flow. */
  async #bring({ sending, spatialLayer, temporalLayer, priority }: View): Promise<void> {
    const { consumer } = this;
    const live = sending === 'live';
    this.stream.off('turn', this.#onTurn);
    if (sending === 'still') this.stream.on('turn', this.#onTurn);
    // What it still asks of mediasoup would undo what comes now.
    else await this.#refresh.stop();
    if (!live && !consumer.paused && !this.#refresh.running) await consumer.pause();
    await this.#prefer(live ? { spatialLayer, temporalLayer } : LOWEST, live ? priority : STILL_PRIORITY);
    if (live && consumer.paused) await consumer.resume();
  }

  async #prefer(layers: types.ConsumerLayers, priority: number): Promise<void> {
    const { consumer } = this;
    const { spatialLayer, temporalLayer } = this.#preferred;
    if (layers.spatialLayer !== spatialLayer || layers.temporalLayer !== temporalLayer) {
      this.#preferred = layers;
      await consumer.setPreferredLayers(layers);
    }
    if (priority !== consumer.priority) await consumer.setPriority(priority);
  }

  #refreshInTurn(): void {
    // Nothing would come of a pause for privacy.
    if (this.consumer.producerPaused) return;
    this.#turn += 1;
    if (this.#turn % this.#allowance.turnsPerRefresh !== 0) return;
    // A turn that fails is followed by the next.
    this.#refresh.run().catch(() => undefined);
  }
}
