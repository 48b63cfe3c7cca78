import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { HavenError } from '@haven/protocol';
import { setLogEventListeners } from 'mediasoup';
import type { Config } from '../config/config.ts';
import { Backoff } from '../supervisor/backoff.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { MediaWorker } from './media-worker.ts';
import { leastLoaded, MEASURE_INTERVAL_MS, type Newcomer } from './worker-load.ts';

/** How long a request waits for a worker that is being started again, ms; a start takes about 50 ms. */
const WAIT_FOR_WORKER_MS = 3_000;

type MediaWorkersEvents = { started: [MediaWorker] };

/** The pool: one worker a core, each started again when it dies. */
export class MediaWorkers extends EventEmitter<MediaWorkersEvents> {
  /** How many there are when all run. */
  readonly expected: number;
  readonly #config: Config;
  readonly #telemetry: Telemetry;
  readonly #deaths: Counter;
  readonly #workers = new Set<MediaWorker>();
  readonly #timer: NodeJS.Timeout;
  readonly #restarts = new Set<NodeJS.Timeout>();
  #closed = false;

  private constructor(config: Config, telemetry: Telemetry) {
    super();
    this.#config = config;
    this.#telemetry = telemetry;
    this.expected = config.media.workers === 0 ? availableParallelism() : config.media.workers;
    this.#deaths = telemetry.counter('haven_sfu_worker_deaths_total', 'mediasoup workers that died');
    // A rise from nothing at all would not be seen as one.
    this.#deaths.add(0);
    this.#timer = setInterval(() => this.#measure(), MEASURE_INTERVAL_MS);
    this.#timer.unref();
    telemetry.gauge('haven_sfu_worker_cpu_cores', 'Processor time of each mediasoup worker, in cores', () =>
      this.running.map(({ load, index }) => ({ value: load.cpu, attributes: { worker: index } })),
    );
    telemetry.gauge('haven_sfu_worker_carried', 'Transports, producers and consumers of each worker', () =>
      this.running.map(({ carried, index }) => ({ value: carried, attributes: { worker: index } })),
    );
    // Every request that waits for a worker listens.
    this.setMaxListeners(0);
  }

  /** @throws Error when a worker cannot be started: no binary, or its port is taken */
  static async start(config: Config, telemetry: Telemetry): Promise<MediaWorkers> {
    // A worker's last words too, which nobody would hear otherwise.
    setLogEventListeners({
      onerror: (source, words, error) => telemetry.logger.error({ err: error, source }, words),
    });
    const workers = new MediaWorkers(config, telemetry);
    try {
      await Promise.all(
        Array.from({ length: workers.expected }, (_, index) => workers.#start(index, new Backoff())),
      );
    } catch (error) {
      await workers.close();
      throw error;
    }
    return workers;
  }

  get size(): number {
    return this.#workers.size;
  }

  get running(): readonly MediaWorker[] {
    return [...this.#workers];
  }

  /** Process ids of the running workers. */
  get pids(): number[] {
    return [...this.#workers].map((worker) => worker.pid);
  }

  /**
   * The least loaded worker for a newcomer; waits a moment while all are being started again.
   * @throws HavenError CAPACITY_EXCEEDED (none came back in time), SHUTTING_DOWN
   */
  async acquire(newcomer: Newcomer): Promise<MediaWorker> {
    if (!this.#closed && this.#workers.size === 0) await this.#nextStart();
    if (this.#closed) throw new HavenError('SHUTTING_DOWN');
    const now = performance.now();
    const best = leastLoaded(this.#workers, ({ carried, load }) => ({
      expected: load.expected(now),
      carried: carried + load.unsettled,
    }));
    if (best === undefined) {
      throw new HavenError('CAPACITY_EXCEEDED', 'The media service is restarting. Try again.', {
        retryAfterMs: WAIT_FOR_WORKER_MS,
      });
    }
    best.load.place(newcomer, now);
    return best;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const timer of this.#restarts) clearTimeout(timer);
    const running = [...this.#workers];
    this.#workers.clear();
    await Promise.all(running.map((worker) => worker.close()));
  }

  #measure(): void {
    // One that does not answer keeps its load; if it is dead, that is told by its own event.
    for (const worker of this.#workers) worker.measure().catch(() => undefined);
  }

  async #nextStart(): Promise<void> {
    // Ends in a refusal by `acquire` when the time is over.
    await once(this, 'started', { signal: AbortSignal.timeout(WAIT_FOR_WORKER_MS) }).catch(() => undefined);
  }

  async #start(index: number, backoff: Backoff): Promise<void> {
    const { announcedAddress, limits, media } = this.#config;
    const worker = await MediaWorker.start({
      port: media.port === 0 ? 0 : media.port + index,
      announcedAddress,
      workerBinary: media.workerBinary,
      maxIncomingBitrate: limits.maxIncomingBitrate,
      index,
    });
    if (this.#closed) {
      await worker.close();
      return;
    }
    const startedAt = performance.now();
    this.#workers.add(worker);
    worker.once('died', () => {
      this.#workers.delete(worker);
      this.#deaths.add();
      this.#telemetry.logger.error({ mediaWorker: index, pid: worker.pid }, 'a mediasoup worker died');
      this.#startLater(index, backoff, performance.now() - startedAt);
    });
    this.emit('started', worker);
  }

  #startLater(index: number, backoff: Backoff, ranForMs: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#start(index, backoff).catch((error: unknown) => {
        this.#telemetry.logger.error({ err: error, mediaWorker: index }, 'a mediasoup worker did not start');
        this.#startLater(index, backoff, 0);
      });
    }, backoff.next(ranForMs));
    this.#restarts.add(timer);
  }
}
