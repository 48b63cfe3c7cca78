import { HavenError, type MonitorRequests, type RequestOf, type ResponseOf } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import { backoffMs } from '../core/backoff.ts';
import { Store, type Readable } from '../core/store.ts';
import {
  clientCapabilities,
  clientRtpParameters,
  wireCapabilities,
  wireDtlsParameters,
} from './parameters.ts';

/** The part of the signalling that media need. */
export type MonitorRequest = <K extends keyof MonitorRequests>(
  name: K,
  request: RequestOf<MonitorRequests, K>,
) => Promise<ResponseOf<MonitorRequests, K>>;

/** How long ICE may be disconnected before it is restarted, ms: short interruptions mend themselves. */
const RESTART_ICE_AFTER_MS = 2000;
/** How long a restarted ICE may take before the transport is opened anew, ms. */
const REOPEN_AFTER_MS = 5000;

type Watched = {
  consumer: types.Consumer;
  /** Its track is attached to an element, and the server was asked to send. */
  shown: boolean;
  resumed: boolean;
  /** The layer that was asked for last; null after a request that failed. */
  layer: number | null;
};
type Session = {
  transport: types.Transport;
  device: types.Device;
  watched: Map<string, Watched>;
  pending: Set<string>;
};

/**
 * The viewer's receive transport with a consumer for each stream that is wanted. What is wanted is compared with
 * what there is after every change, so that a lost transport, an ended consumer and a failed request mend alike.
 */
export class ViewerMedia {
  readonly #request: MonitorRequest;
  readonly #createDevice: () => Promise<types.Device>;
  readonly #tracks = new Store<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  /** Stream ids, each with the spatial layer that is preferred. */
  #wanted: ReadonlyMap<string, number> = new Map();
  #session: Session | null = null;
  /** Counts the openings: whatever began under an older number is not continued. */
  #generation = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #repair: ReturnType<typeof setTimeout> | undefined;

  constructor(request: MonitorRequest, createDevice: () => Promise<types.Device>) {
    this.#request = request;
    this.#createDevice = createDevice;
  }

  /** The video of each stream, by its id, as soon as there is a consumer. */
  get tracks(): Readable<ReadonlyMap<string, MediaStreamTrack>> {
    return this.#tracks;
  }

  /** Opens the transport, anew if there is one: after joining, and whenever the connection was lost. */
  open(): void {
    this.suspend();
    void this.#open(this.#generation);
  }

  /** Closes everything here without a word to the server, which has closed it with the connection. */
  suspend(): void {
    this.#generation += 1;
    clearTimeout(this.#retry);
    clearTimeout(this.#repair);
    this.#session?.transport.close();
    this.#session = null;
    this.#publish();
  }

  /** Says which streams to watch, and each one's preferred spatial layer. */
  want(streams: ReadonlyMap<string, number>): void {
    this.#wanted = streams;
    this.#reconcile();
  }

  /** The track of this stream has been attached to an element: its packets may flow. */
  shown(streamId: string): void {
    const watched = this.#session?.watched.get(streamId);
    if (watched === undefined) return;
    watched.shown = true;
    this.#reconcile();
  }

  /** The server has closed a consumer. */
  consumerClosed(consumerId: string): void {
    const session = this.#session;
    if (session === null) return;
    for (const [streamId, { consumer }] of session.watched) {
      if (consumer.id !== consumerId) continue;
      consumer.close();
      session.watched.delete(streamId);
    }
    this.#publish();
    this.#later();
  }

  async #open(generation: number): Promise<void> {
    try {
      const { routerRtpCapabilities, transport: options } = await this.#request('transport:open', {
        requestId: crypto.randomUUID(),
      });
      const device = await this.#createDevice();
      await device.load({ routerRtpCapabilities: clientCapabilities(routerRtpCapabilities) });
      if (generation !== this.#generation) return;
      const transport = device.createRecvTransport(options);
      transport.on('connect', ({ dtlsParameters }, connected, failed) => {
        this.#request('transport:connect', {
          transportId: transport.id,
          dtlsParameters: wireDtlsParameters(dtlsParameters),
        }).then(connected, (error: unknown) => failed(asError(error)));
      });
      transport.on('connectionstatechange', (state) => this.#stateChanged(generation, state));
      this.#session = { transport, device, watched: new Map(), pending: new Set() };
      this.#reconcile();
    } catch {
      if (generation === this.#generation) this.#reopenLater();
    }
  }

  #stateChanged(generation: number, state: types.ConnectionState): void {
    if (generation !== this.#generation) return;
    clearTimeout(this.#repair);
    if (state === 'connected') this.#failures = 0;
    if (state === 'failed') void this.#restartIce(generation);
    if (state === 'disconnected') {
      this.#repair = setTimeout(() => void this.#restartIce(generation), RESTART_ICE_AFTER_MS);
    }
  }

  async #restartIce(generation: number): Promise<void> {
    const session = this.#session;
    if (session === null || generation !== this.#generation) return;
    this.#repair = setTimeout(() => {
      if (generation === this.#generation && session.transport.connectionState !== 'connected') this.open();
    }, REOPEN_AFTER_MS);
    try {
      const { iceParameters } = await this.#request('transport:restart-ice', {
        transportId: session.transport.id,
      });
      if (generation === this.#generation) await session.transport.restartIce({ iceParameters });
    } catch {
      if (generation === this.#generation) this.#reopenLater();
    }
  }

  #reconcile(): void {
    const session = this.#session;
    if (session === null) return;
    for (const [streamId, { consumer }] of session.watched) {
      if (!this.#wanted.has(streamId)) this.#drop(session, streamId, consumer);
    }
    for (const [streamId, layer] of this.#wanted) {
      const watched = session.watched.get(streamId);
      if (watched !== undefined) this.#adjust(watched, layer);
      else if (!session.pending.has(streamId)) void this.#consume(session, streamId);
    }
    this.#publish();
  }

  async #consume(session: Session, streamId: string): Promise<void> {
    const generation = this.#generation;
    session.pending.add(streamId);
    try {
      const { consumerId, producerId, rtpParameters } = await this.#request('consumer:create', {
        requestId: crypto.randomUUID(),
        transportId: session.transport.id,
        streamId,
        rtpCapabilities: wireCapabilities(session.device.recvRtpCapabilities),
      });
      if (generation !== this.#generation) return;
      const consumer = await session.transport.consume({
        id: consumerId,
        producerId,
        kind: 'video',
        rtpParameters: clientRtpParameters(rtpParameters),
        // A browser keeps tracks of one media stream in step with each other: patients have nothing to do with it.
        streamId,
      });
      if (generation !== this.#generation) return;
      session.watched.set(streamId, { consumer, shown: false, resumed: false, layer: 0 });
      session.pending.delete(streamId);
      this.#reconcile();
    } catch (error) {
      session.pending.delete(streamId);
      if (generation === this.#generation) this.#failed(error);
    }
  }

  #drop(session: Session, streamId: string, consumer: types.Consumer): void {
    session.watched.delete(streamId);
    consumer.close();
    // The server closes consumers of ended streams itself: that it knows none is no failure.
    this.#request('consumer:close', { consumerId: consumer.id }).catch(() => undefined);
  }

  /** Asks for what the consumer does not do yet. */
  #adjust(watched: Watched, layer: number): void {
    const consumerId = watched.consumer.id;
    if (watched.shown && !watched.resumed) {
      watched.resumed = true;
      this.#ask('consumer:resume', { consumerId }, () => (watched.resumed = false));
    }
    if (watched.layer !== layer) {
      watched.layer = layer;
      this.#ask('consumer:prefer-layers', { consumerId, spatialLayer: layer }, () => (watched.layer = null));
    }
  }

  /** @param undo notes that it was not done, so that it is asked for again */
  #ask<K extends 'consumer:resume' | 'consumer:prefer-layers'>(
    name: K,
    request: RequestOf<MonitorRequests, K>,
    undo: () => void,
  ): void {
    const generation = this.#generation;
    this.#request(name, request).catch((error: unknown) => {
      undo();
      if (generation === this.#generation) this.#failed(error);
    });
  }

  #failed(error: unknown): void {
    if (error instanceof HavenError && error.code === 'TRANSPORT_UNKNOWN') this.#reopenLater();
    else this.#later();
  }

  #later(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#reconcile(), backoffMs(this.#failures++));
  }

  #reopenLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.open(), backoffMs(this.#failures++));
  }

  #publish(): void {
    const tracks = new Map<string, MediaStreamTrack>();
    for (const [streamId, { consumer }] of this.#session?.watched ?? []) tracks.set(streamId, consumer.track);
    const before = this.#tracks.get();
    const same = tracks.size === before.size && [...tracks].every(([id, track]) => before.get(id) === track);
    if (!same) this.#tracks.set(tracks);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
