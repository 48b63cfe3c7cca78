import { HavenError, linkQualitySchema, type DegradationStep, type LinkQuality } from '@haven/protocol';
import type { Config } from '../config/config.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { BitrateCheck } from './bitrate-check.ts';
import { FrameRateCheck } from './frame-rate-check.ts';
import { MediaObservation } from './media-observation.ts';
import { MediaWorkers } from './media-workers.ts';
import { PeerReaper } from './peer-reaper.ts';
import { Player, type PlayerCapabilities } from './player.ts';
import type { PipeListening } from './node-pipe.ts';
import { RemoteStreams } from './remote-streams.ts';
import { StreamRegistry } from './stream-registry.ts';
import type { Stream } from './stream.ts';
import { Tap, type TapTarget } from './tap.ts';
import { Viewer } from './viewer.ts';
import type { WatchedStream } from './watched-stream.ts';

/** How often streams are examined, ms: a loss of signal is seen within half a second of its limit. */
const EXAMINE_INTERVAL_MS = 500;

export type SfuStats = {
  streams: number;
  viewers: number;
  consumers: number;
  taps: number;
  workers: number;
  expectedWorkers: number;
  /** Of the running mediasoup workers. */
  pids: number[];
  /** Processor time that each of them takes, in cores. */
  workerCores: number[];
  /** Received from all devices, bit/s. */
  incomingBitrate: number;
  /** What viewers are given less of now. */
  relief: DegradationStep;
};

export type SfuOptions = { config: Config; telemetry: Telemetry; clock?: () => number };

/** The selective forwarding unit: streams come in, viewers and taps take them out. It knows no signalling. */
export class Sfu {
  readonly streams: StreamRegistry;
  /** Of other nodes. */
  readonly remote: RemoteStreams;
  readonly pipeListening: PipeListening;
  readonly observation: MediaObservation;
  readonly #workers: MediaWorkers;
  readonly #telemetry: Telemetry;
  readonly #clock: () => number;
  readonly #maxConsumers: number;
  readonly #tapAddresses: ReadonlySet<string>;
  readonly #viewers = new Set<Viewer>();
  readonly #players = new Set<Player>();
  readonly #taps = new Set<Tap>();
  readonly #reaper: PeerReaper;
  readonly #bitrates: BitrateCheck;
  readonly #frameRates: FrameRateCheck;
  readonly #reaped: Counter;
  readonly #timer: NodeJS.Timeout;
  #step: DegradationStep = 'none';
  #round = 0;
  #closed = false;

  private constructor(workers: MediaWorkers, { config, telemetry, clock = Date.now }: SfuOptions) {
    this.#workers = workers;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#maxConsumers = config.limits.consumersPerViewer;
    this.#tapAddresses = new Set(config.tapAddresses);
    this.streams = new StreamRegistry(workers, clock);
    this.pipeListening = { announcedAddress: config.announcedAddress, portRange: config.media.pipePorts };
    this.remote = new RemoteStreams(this.pipeListening, clock);
    this.observation = new MediaObservation(telemetry, clock);
    this.#reaper = new PeerReaper(clock);
    this.#bitrates = new BitrateCheck(this.observation, config.limits.maxIncomingBitrate, telemetry);
    this.#frameRates = new FrameRateCheck(
      () => this.streams.live(),
      config.limits.maxFramesPerSecond,
      telemetry,
    );
    this.#reaped = telemetry.counter(
      'haven_sfu_reaped_total',
      'Transports of devices and viewers that were closed since nobody was there any more',
    );
    for (const worker of workers.running) this.observation.follow(worker);
    workers.on('started', (worker) => this.observation.follow(worker));
    this.#timer = setInterval(() => void this.#examine(), EXAMINE_INTERVAL_MS);
    this.#timer.unref();
    this.#measure(telemetry);
  }

  /** @throws Error when mediasoup cannot start: no binary, or a media port is taken */
  static async create(options: SfuOptions): Promise<Sfu> {
    return new Sfu(await MediaWorkers.start(options.config, options.telemetry), options);
  }

  /** @throws HavenError CAPACITY_EXCEEDED, SHUTTING_DOWN */
  async openViewer(): Promise<Viewer> {
    const viewer = await Viewer.open(await this.#workers.acquire('viewer'), {
      clock: this.#clock,
      step: this.#step,
      maxConsumers: this.#maxConsumers,
    });
    if (this.#closed) {
      viewer.close();
      throw new HavenError('SHUTTING_DOWN');
    }
    this.#viewers.add(viewer);
    viewer.once('closed', () => this.#viewers.delete(viewer));
    return viewer;
  }

  /** A stream of this node or of another. */
  find(streamId: string): WatchedStream | undefined {
    return this.streams.get(streamId) ?? this.remote.get(streamId);
  }

  ofPatient(patientId: string): WatchedStream | undefined {
    return this.streams.ofPatient(patientId) ?? this.remote.ofPatient(patientId);
  }

  /** @throws HavenError STREAM_UNKNOWN (not live), UNSUPPORTED_CODEC, CAPACITY_EXCEEDED, SHUTTING_DOWN, TIMEOUT */
  async openPlayer(stream: WatchedStream, capabilities: PlayerCapabilities): Promise<Player> {
    const own = this.streams.get(stream.streamId)?.mediaWorker;
    const mediaWorker = own ?? (await this.#workers.acquire('viewer'));
    const player = await Player.open(stream, mediaWorker, capabilities, {
      clock: this.#clock,
      step: this.#step,
    });
    if (this.#closed) {
      player.close();
      throw new HavenError('SHUTTING_DOWN');
    }
    this.#players.add(player);
    player.once('closed', () => this.#players.delete(player));
    return player;
  }

  /** How many players receive a stream of this node or of another. */
  playersOf(stream: WatchedStream): number {
    return [...this.#players].filter((player) => player.stream === stream).length;
  }

  /** @throws HavenError FORBIDDEN (an address that is not on the allow-list), STREAM_UNKNOWN */
  async openTap(stream: Stream, target: TapTarget): Promise<Tap> {
    if (!this.#tapAddresses.has(target.ip)) {
      throw new HavenError('FORBIDDEN', 'Taps may not go to this address (HAVEN_TAP_ADDRESSES).');
    }
    const tap = await Tap.open(stream, target);
    this.#taps.add(tap);
    return tap;
  }

  /** Gives up this much of what viewers see, or takes it back; the focused and those in alert are spared. */
  relieve(step: DegradationStep): void {
    this.#step = step;
    for (const viewer of this.#viewers) viewer.relieve(step);
    for (const player of this.#players) player.relieve(step);
  }

  /** Of every viewer's link. */
  get viewerQualities(): LinkQuality[] {
    return [...this.#viewers].map(({ quality }) => quality);
  }

  stats(): SfuStats {
    const streams = this.streams.live();
    const viewers = [...this.#viewers];
    return {
      streams: streams.length,
      viewers: viewers.length + this.#players.size,
      consumers: viewers.reduce((sum, viewer) => sum + viewer.consumers, this.#players.size),
      taps: [...this.#taps].filter((tap) => !tap.closed).length,
      workers: this.#workers.size,
      expectedWorkers: this.#workers.expected,
      pids: this.#workers.pids,
      workerCores: this.#workers.running.map(({ load }) => load.cpu),
      incomingBitrate: streams.reduce((sum, stream) => sum + stream.bitrate, 0),
      relief: this.#step,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.observation.close();
    this.#frameRates.close();
    this.streams.close('server-stopping');
    this.remote.close();
    for (const viewer of [...this.#viewers]) viewer.close();
    for (const player of [...this.#players]) player.close();
    await this.#workers.close();
  }

  async #examine(): Promise<void> {
    this.#round += 1;
    for (const tap of this.#taps) if (tap.closed) this.#taps.delete(tap);
    const gone = this.#reaper.examine(this.observation.census.peers);
    if (gone > 0) this.#reaped.add(gone);
    this.#bitrates.examine(this.streams.all);
    const failures = [
      ...(await this.streams.examine()),
      ...(await this.remote.examine()),
      ...(await this.#examineViewers()),
      ...(await this.#examineTaps()),
    ];
    for (const error of failures) {
      this.#telemetry.logger.warn({ err: error }, 'a stream, a viewer or a tap could not be examined');
    }
  }

  /** Each tap in every fourth round: there is rarely something to do. */
  #examineTaps(): Promise<unknown[]> {
    return this.#examineInTurn([...this.#taps], 4);
  }

  /** Every other viewer in each round: their statistics cost the workers time, and change more slowly. */
  #examineViewers(): Promise<unknown[]> {
    const viewers = [...this.#viewers];
    for (const viewer of viewers) viewer.settle();
    return this.#examineInTurn([...viewers, ...this.#players], 2);
  }

  /** @returns what went wrong with those that are there still */
  async #examineInTurn(receivers: readonly (Viewer | Player | Tap)[], rounds: number): Promise<unknown[]> {
    const inTurn = receivers.filter((_, index) => (index + this.#round) % rounds === 0);
    const results = await Promise.allSettled(inTurn.map((receiver) => receiver.examine()));
    const failures: unknown[] = [];
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected' && inTurn[index]?.closed === false) failures.push(result.reason);
    }
    return failures;
  }

  #measure(telemetry: Telemetry): void {
    telemetry.gauge('haven_active_streamers', 'Patients whose video arrives', () => this.stats().streams);
    telemetry.gauge('haven_sfu_viewers', 'Open receive transports', () => this.stats().viewers);
    telemetry.gauge('haven_sfu_consumers', 'Streams sent to viewers', () => this.stats().consumers);
    telemetry.gauge('haven_sfu_stills', 'Streams sent to viewers as stills', () =>
      [...this.#viewers].reduce((sum, { stills }) => sum + stills, 0),
    );
    telemetry.gauge('haven_sfu_links', 'Links of devices and of viewers by quality', () => [
      ...countsOf(
        'device',
        this.streams.live().map(({ state }) => state.quality),
      ),
      ...countsOf('viewer', this.viewerQualities),
    ]);
    telemetry.gauge('haven_sfu_taps', 'Streams sent to CV workers', () => this.stats().taps);
    telemetry.gauge('haven_sfu_workers', 'Running mediasoup workers', () => this.stats().workers);
    telemetry.gauge(
      'haven_sfu_incoming_bits_per_second',
      'Video received from all devices, bit/s',
      () => this.stats().incomingBitrate,
    );
  }
}

function countsOf(side: 'device' | 'viewer', links: readonly LinkQuality[]) {
  return linkQualitySchema.options.map((quality) => ({
    value: links.filter((link) => link === quality).length,
    attributes: { side, quality },
  }));
}
