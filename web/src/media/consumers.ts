import { HavenError, type MonitorRequests, type RequestOf, type ResponseOf } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import type { Clock } from '../core/clock.ts';
import type { Delivery } from './delivery.ts';
import { clientRtpParameters, wireCapabilities } from './parameters.ts';

/** The part of the signalling that media need. */
export type MonitorRequest = <K extends keyof MonitorRequests>(
  name: K,
  request: RequestOf<MonitorRequests, K>,
) => Promise<ResponseOf<MonitorRequests, K>>;

/** How many consumers are asked for at a time: a wall of fifty beds must not flood its own signalling. */
const MAX_PENDING = 16;
/** Words about consumers whose making is not answered yet, at most; there are no more such consumers. */
const MAX_EARLY = MAX_PENDING;

type Watched = {
  consumer: types.Consumer;
  /** Its track is attached to an element, and the server was asked to send. */
  shown: boolean;
  resumed: boolean;
  delivery: Delivery;
};

type ConsumersParts = {
  request: MonitorRequest;
  transport: types.Transport;
  device: types.Device;
  now: Clock;
  /** A request failed: {@link Consumers.reconcile} is to be called again after a while. */
  failed: (error: unknown) => void;
  /** A track or a delivery is another one. */
  changed: () => void;
};

/**
 * The consumers on one receive transport, at most one a stream. What is wanted is compared with what there is at every
 * call, so that an ended consumer and a failed request mend alike.
 */
export class Consumers {
  readonly #parts: ConsumersParts;
  readonly #watched = new Map<string, Watched>();
  readonly #pending = new Set<string>();
  /** What was said of consumers whose making is not answered yet, by consumer id. */
  readonly #early = new Map<string, Omit<Delivery, 'since'>>();
  /** Consumers that the server has closed while they were being made here. */
  readonly #over = new Set<string>();
  #wanted: readonly string[] = [];
  #closed = false;

  constructor(parts: ConsumersParts) {
    this.#parts = parts;
  }

  get tracks(): ReadonlyMap<string, MediaStreamTrack> {
    return new Map([...this.#watched].map(([streamId, { consumer }]) => [streamId, consumer.track]));
  }

  get deliveries(): ReadonlyMap<string, Delivery> {
    return new Map([...this.#watched].map(([streamId, { delivery }]) => [streamId, delivery]));
  }

  /** @param wanted streams to consume, those first that are needed first */
  reconcile(wanted: readonly string[] = this.#wanted): void {
    if (this.#closed) return;
    this.#wanted = wanted;
    const ids = new Set(wanted);
    for (const [streamId, { consumer }] of this.#watched) {
      if (!ids.has(streamId)) this.#drop(streamId, consumer);
    }
    for (const streamId of wanted) {
      const watched = this.#watched.get(streamId);
      if (watched !== undefined) this.#resume(watched);
      else if (!this.#pending.has(streamId) && this.#pending.size < MAX_PENDING) void this.#consume(streamId);
    }
    this.#parts.changed();
  }

  /** The track of this stream has been attached to an element: its packets may flow. */
  shown(streamId: string): void {
    const watched = this.#watched.get(streamId);
    if (watched === undefined) return;
    watched.shown = true;
    this.#resume(watched);
  }

  /** The server has closed a consumer. @returns whether it was one of these */
  ended(consumerId: string): boolean {
    this.#early.delete(consumerId);
    const found = this.#find(consumerId);
    if (found !== undefined) this.#forget(...found);
    else if (this.#pending.size > 0 && this.#over.size < MAX_EARLY) this.#over.add(consumerId);
    return found !== undefined;
  }

  /** The server says what it does with a consumer; it may say so before it answers that it has made it. */
  delivers(consumerId: string, delivery: Omit<Delivery, 'since'>): void {
    const watched = this.#find(consumerId)?.[1];
    if (watched !== undefined) {
      watched.delivery = { ...delivery, since: this.#parts.now() };
      this.#parts.changed();
    } else if (this.#pending.size > 0 && this.#early.size < MAX_EARLY) {
      this.#early.set(consumerId, delivery);
    }
  }

  /** The server has been told that these came into view: their pictures are waited for from now on. */
  expect(streamIds: readonly string[]): void {
    for (const streamId of streamIds) {
      const watched = this.#watched.get(streamId);
      if (watched?.delivery.sending !== 'hidden') continue;
      watched.delivery = { sending: 'live', because: null, since: this.#parts.now() };
    }
    this.#parts.changed();
  }

  /** Of a transport that is closed: whatever was begun is not continued. */
  close(): void {
    this.#closed = true;
    this.#watched.clear();
  }

  async #consume(streamId: string): Promise<void> {
    const { request, transport, device, now, failed } = this.#parts;
    this.#pending.add(streamId);
    try {
      const { consumerId, producerId, rtpParameters } = await request('consumer:create', {
        requestId: crypto.randomUUID(),
        transportId: transport.id,
        streamId,
        rtpCapabilities: wireCapabilities(device.recvRtpCapabilities),
      });
      if (this.#isClosed()) return;
      const consumer = await transport.consume({
        id: consumerId,
        producerId,
        kind: 'video',
        rtpParameters: clientRtpParameters(rtpParameters),
        // A browser keeps tracks of one media stream in step with each other: patients have nothing to do with it.
        streamId,
      });
      if (this.#isClosed()) return;
      if (this.#over.has(consumerId)) {
        consumer.close();
        throw new HavenError('CONSUMER_UNKNOWN');
      }
      const early = this.#early.get(consumerId) ?? { sending: 'live', because: null };
      const delivery = { ...early, since: now() };
      this.#watched.set(streamId, { consumer, shown: false, resumed: false, delivery });
      this.#answered(streamId);
      this.reconcile();
    } catch (error) {
      this.#answered(streamId);
      if (!this.#isClosed()) failed(error);
    }
  }

  #answered(streamId: string): void {
    this.#pending.delete(streamId);
    if (this.#pending.size > 0) return;
    this.#early.clear();
    this.#over.clear();
  }

  #drop(streamId: string, consumer: types.Consumer): void {
    this.#watched.delete(streamId);
    closeOnceLeft(consumer);
    // The server closes consumers of ended streams itself: that it knows none is no failure.
    this.#parts.request('consumer:close', { consumerId: consumer.id }).catch(() => undefined);
  }

  #resume(watched: Watched): void {
    if (!watched.shown || watched.resumed) return;
    watched.resumed = true;
    this.#parts.request('consumer:resume', { consumerId: watched.consumer.id }).catch((error: unknown) => {
      watched.resumed = false;
      if (this.#isClosed()) return;
      const found = this.#find(watched.consumer.id);
      if (found !== undefined && error instanceof HavenError && error.code === 'CONSUMER_UNKNOWN')
        this.#forget(...found);
      this.#parts.failed(error);
    });
  }

  /** The server does not have it any more. */
  #forget(streamId: string, { consumer }: Watched): void {
    this.#watched.delete(streamId);
    this.#parts.changed();
    closeOnceLeft(consumer);
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #find(consumerId: string): [string, Watched] | undefined {
    return [...this.#watched].find(([, { consumer }]) => consumer.id === consumerId);
  }
}

/**
 * Closes what has tracks after whoever shows them was told that they end, and has kept the last frame: an element whose
 * track has ended is black.
 */
export function closeOnceLeft(closing: { close: () => void }): void {
  setTimeout(() => closing.close());
}
