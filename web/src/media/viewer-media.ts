import { HavenError, type LinkQuality, type ViewedTile } from '@haven/protocol';
import type { types } from 'mediasoup-client';
import { backoffMs } from '../core/backoff.ts';
import { steadyNow, type Clock } from '../core/clock.ts';
import { Store, type Readable } from '../core/store.ts';
import { closeOnceLeft, Consumers, type MonitorRequest } from './consumers.ts';
import type { Delivery } from './delivery.ts';
import { IceRepair } from './ice-repair.ts';
import { clientCapabilities, wireDtlsParameters } from './parameters.ts';
import { ViewReports } from './view-reports.ts';

/** A failure this long after the one before has nothing to do with it, ms: longer than a request may take. */
const CALM_MS = 30_000;

type Session = { transport: types.Transport; consumers: Consumers; ice: IceRepair };

/**
 * The viewer's receive transport, with a consumer for each stream that is wanted and reports of what the screen shows
 * of them. A lost transport is mended or opened anew.
 */
export class ViewerMedia {
  readonly #request: MonitorRequest;
  readonly #createDevice: () => Promise<types.Device>;
  readonly #now: Clock;
  readonly #backoff: typeof backoffMs;
  readonly #reports: ViewReports;
  readonly #tracks = new Store<ReadonlyMap<string, MediaStreamTrack>>(new Map());
  readonly #deliveries = new Store<ReadonlyMap<string, Delivery>>(new Map());
  readonly #link = new Store<LinkQuality>('good');
  #wanted: readonly string[] = [];
  /** Streams that are on screen now. */
  #visible: ReadonlySet<string> = new Set();
  #session: Session | null = null;
  /** Counts the openings: whatever began under an older number is not continued. */
  #generation = 0;
  #failures = 0;
  #failedAt = -Infinity;
  /** One for all that fails until then: a media worker's death closes the consumer of every tile. */
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The transport is to be opened anew, whatever else fails meanwhile. */
  #reopening = false;

  constructor(
    request: MonitorRequest,
    createDevice: () => Promise<types.Device>,
    now: Clock = steadyNow,
    backoff = backoffMs,
  ) {
    this.#request = request;
    this.#createDevice = createDevice;
    this.#now = now;
    this.#backoff = backoff;
    this.#reports = new ViewReports(request);
  }

  /** The video of each stream, by its id, as soon as there is a consumer. */
  get tracks(): Readable<ReadonlyMap<string, MediaStreamTrack>> {
    return this.#tracks;
  }

  /** What the SFU sends of each stream that has a track. */
  get deliveries(): Readable<ReadonlyMap<string, Delivery>> {
    return this.#deliveries;
  }

  /** How the link between the SFU and this browser fares. */
  get link(): Readable<LinkQuality> {
    return this.#link;
  }

  /** What the browser knows of what it receives; null without a transport. */
  async statistics(): Promise<RTCStatsReport | null> {
    return (await this.#session?.transport.getStats()) ?? null;
  }

  /** Opens the transport, anew if there is one: after joining, and whenever the connection was lost. */
  open(): void {
    this.suspend();
    void this.#open(this.#generation);
  }

  /** The session goes on over another connection: what failed meanwhile is asked for again, and told anew. */
  resumed(): void {
    this.#failures = 0;
    this.#session?.ice.signallingReturned();
    if (this.#session !== null) this.#reports.start();
    this.#reconcile();
  }

  /** The browser has another network. */
  networkChanged(): void {
    this.#session?.ice.networkChanged();
  }

  /** Closes everything here without a word to the server, which has closed it with the connection. */
  suspend(): void {
    this.#generation += 1;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#reopening = false;
    this.#reports.stop();
    this.#session?.ice.close();
    this.#session?.consumers.close();
    if (this.#session !== null) closeOnceLeft(this.#session.transport);
    this.#session = null;
    this.#link.set('good');
    this.#publish();
  }

  /** Says which streams to watch. */
  want(streamIds: readonly string[]): void {
    const before = this.#wanted;
    if (streamIds.length === before.length && streamIds.every((id, index) => id === before[index])) return;
    this.#wanted = streamIds;
    this.#reconcile();
  }

  /**
   * Says what the screen shows of the streams, all of it.
   * @param atOnce somebody waits for it
   */
  view(tiles: readonly ViewedTile[], atOnce: boolean): void {
    const before = this.#visible;
    const visible = tiles.filter((tile) => tile.visible).map(({ streamId }) => streamId);
    this.#visible = new Set(visible);
    this.#reports.show(tiles, atOnce);
    this.#session?.consumers.expect(visible.filter((streamId) => !before.has(streamId)));
  }

  /** The track of this stream has been attached to an element: its packets may flow. */
  shown(streamId: string): void {
    this.#session?.consumers.shown(streamId);
  }

  /** The server has closed a consumer. */
  consumerClosed(consumerId: string): void {
    if (this.#session?.consumers.ended(consumerId) === true) this.#later();
  }

  /** The server sends something else with a consumer from now on. */
  consumerSending(consumerId: string, delivery: Omit<Delivery, 'since'>): void {
    this.#session?.consumers.delivers(consumerId, delivery);
  }

  /** The server says how this viewer's link fares. */
  linkChanged(quality: LinkQuality): void {
    if (this.#session !== null) this.#link.set(quality);
  }

  async #open(generation: number): Promise<void> {
    try {
      const {
        routerRtpCapabilities,
        transport: options,
        iceServers,
      } = await this.#request('transport:open', {
        requestId: crypto.randomUUID(),
      });
      const device = await this.#createDevice();
      await device.load({ routerRtpCapabilities: clientCapabilities(routerRtpCapabilities) });
      if (generation !== this.#generation) return;
      const transport = device.createRecvTransport({ ...options, iceServers });
      transport.on('connect', ({ dtlsParameters }, connected, failed) => {
        this.#request('transport:connect', {
          transportId: transport.id,
          dtlsParameters: wireDtlsParameters(dtlsParameters),
        }).then(connected, (error: unknown) => failed(asError(error)));
      });
      transport.on('connectionstatechange', (state) => {
        if (generation === this.#generation && state === 'connected') this.#failures = 0;
      });
      const ice = new IceRepair({
        transport,
        restart: async () => {
          const answer = await this.#request('transport:restart-ice', { transportId: transport.id });
          return answer.iceParameters;
        },
        giveUp: () => {
          if (generation === this.#generation) this.#reopenLater();
        },
      });
      const consumers = new Consumers({
        request: this.#request,
        transport,
        device,
        now: this.#now,
        failed: (error) => this.#failed(error),
        changed: () => this.#publish(),
      });
      this.#session = { transport, consumers, ice };
      this.#reports.start();
      this.#reconcile();
    } catch {
      if (generation === this.#generation) this.#reopenLater();
    }
  }

  /** What is on screen is asked for first. */
  #reconcile(): void {
    const isVisible = (streamId: string) => this.#visible.has(streamId);
    const first = this.#wanted.filter(isVisible);
    this.#session?.consumers.reconcile([...first, ...this.#wanted.filter((id) => !isVisible(id))]);
  }

  #failed(error: unknown): void {
    if (error instanceof HavenError && error.code === 'TRANSPORT_UNKNOWN') this.#reopenLater();
    else this.#later();
  }

  #later(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#reconcile();
    }, this.#wait());
  }

  #reopenLater(): void {
    if (this.#reopening) return;
    clearTimeout(this.#retry);
    this.#reopening = true;
    // Its path was well until the server lost it: whoever watches waits for the next one.
    if (this.#session?.transport.connectionState === 'connected') this.#failures = 0;
    this.#retry = setTimeout(() => this.open(), this.#wait());
  }

  /** ms, longer with each failure that soon follows another. */
  #wait(): number {
    const now = this.#now();
    if (now - this.#failedAt > CALM_MS) this.#failures = 0;
    this.#failedAt = now;
    return this.#backoff(this.#failures++);
  }

  #publish(): void {
    const consumers = this.#session?.consumers;
    publish(this.#tracks, consumers?.tracks ?? new Map());
    publish(this.#deliveries, consumers?.deliveries ?? new Map());
  }
}

/** Sets a map whose entries are not the same as before. */
function publish<V>(store: Store<ReadonlyMap<string, V>>, after: ReadonlyMap<string, V>): void {
  const before = store.get();
  const same = after.size === before.size && [...after].every(([id, value]) => before.get(id) === value);
  if (!same) store.set(after);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
