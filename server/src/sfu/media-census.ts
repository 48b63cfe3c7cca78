import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import type { MediaWorker } from './media-worker.ts';

/** A device's, a browser's or a player's transport, and what travels on it. */
export type Peer = {
  readonly mediaWorker: MediaWorker;
  readonly transport: types.WebRtcTransport;
  readonly producers: Set<types.Producer>;
  readonly consumers: Set<types.Consumer>;
};

/** How many there are on one media worker. */
export type MediaCounts = {
  /** Of devices, browsers and players. */
  transports: number;
  /** Streams and voices that come in from devices and browsers. */
  producers: number;
  /** Streams and voices that go out to browsers, players and devices. */
  consumers: number;
  /** Streams that go to CV workers. */
  taps: number;
  /** Streams that go on to another media worker, of this node or of another. */
  pipes: number;
};

const NONE: Readonly<MediaCounts> = { transports: 0, producers: 0, consumers: 0, taps: 0, pipes: 0 };

type MediaCensusEvents = {
  /** A peer that was connected answers no more. */
  icefailed: [];
  dtlsfailed: [];
  newconsumer: [types.Consumer];
};

/**
 * Knows every transport, producer and consumer of the media workers, by mediasoup's own observers: whatever makes one,
 * it is counted from its beginning to its end.
 */
export class MediaCensus extends EventEmitter<MediaCensusEvents> {
  readonly #peers = new Map<string, Peer>();
  readonly #counts = new Map<MediaWorker, MediaCounts>();

  follow(mediaWorker: MediaWorker): void {
    const counts = { ...NONE };
    this.#counts.set(mediaWorker, counts);
    mediaWorker.router.observer.once('close', () => this.#counts.delete(mediaWorker));
    mediaWorker.router.observer.on('newtransport', (transport) => {
      if (isWebRtc(transport)) this.#followPeer(mediaWorker, transport, counts);
      else if (transport.type === 'plain') countConsumers(transport, counts, 'taps');
      else if (transport.type === 'pipe') countConsumers(transport, counts, 'pipes');
    });
    mediaWorker.on('newrouter', (router) => {
      router.observer.on('newtransport', (transport) => {
        if (isWebRtc(transport)) this.#followPeer(mediaWorker, transport, counts);
        else if (transport.type === 'pipe') countBackPipes(transport, counts);
      });
    });
  }

  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  peer(transportId: string): Peer | undefined {
    return this.#peers.get(transportId);
  }

  get workers(): ReadonlyMap<MediaWorker, Readonly<MediaCounts>> {
    return this.#counts;
  }

  /** Of all media workers together. */
  get totals(): MediaCounts {
    const totals = { ...NONE };
    for (const counts of this.#counts.values()) {
      totals.transports += counts.transports;
      totals.producers += counts.producers;
      totals.consumers += counts.consumers;
      totals.taps += counts.taps;
      totals.pipes += counts.pipes;
    }
    return totals;
  }

  #followPeer(mediaWorker: MediaWorker, transport: types.WebRtcTransport, counts: MediaCounts): void {
    const peer: Peer = { mediaWorker, transport, producers: new Set(), consumers: new Set() };
    this.#peers.set(transport.id, peer);
    counts.transports += 1;
    transport.observer.once('close', () => {
      this.#peers.delete(transport.id);
      counts.transports -= 1;
    });
    transport.observer.on('icestatechange', (state) => {
      if (state === 'disconnected') this.emit('icefailed');
    });
    transport.observer.on('dtlsstatechange', (state) => {
      if (state === 'failed') this.emit('dtlsfailed');
    });
    transport.observer.on('newproducer', (producer) => {
      peer.producers.add(producer);
      counts.producers += 1;
      producer.observer.once('close', () => {
        peer.producers.delete(producer);
        counts.producers -= 1;
      });
    });
    transport.observer.on('newconsumer', (consumer) => {
      peer.consumers.add(consumer);
      counts.consumers += 1;
      consumer.observer.once('close', () => {
        peer.consumers.delete(consumer);
        counts.consumers -= 1;
      });
      this.emit('newconsumer', consumer);
    });
  }
}

function countConsumers(transport: types.Transport, counts: MediaCounts, kind: 'taps' | 'pipes'): void {
  transport.observer.on('newconsumer', (consumer) => {
    counts[kind] += 1;
    consumer.observer.once('close', () => (counts[kind] -= 1));
  });
}

/** What comes in by a pipe at a player's router has not left the media worker, whose own router counts it as a pipe. */
function countBackPipes(transport: types.Transport, counts: MediaCounts): void {
  transport.observer.on('newproducer', (producer) => {
    counts.pipes -= 1;
    producer.observer.once('close', () => (counts.pipes += 1));
  });
}

function isWebRtc(transport: types.Transport): transport is types.WebRtcTransport {
  return transport.type === 'webrtc';
}
