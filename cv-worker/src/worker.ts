import { EventEmitter } from 'node:events';
import type { Assignment, HavenError, Observation } from '@haven/protocol';
import type { Logger } from 'pino';
import type { AnalyzerOutput } from './analyzer.ts';
import type { Config } from './config.ts';
import type { FacePlace } from './pace/layer-choice.ts';
import { Pacer, PacedStream } from './pace/pacer.ts';
import { AnalysisPool } from './pool/analysis-pool.ts';
import { Attachment } from './signalling/attachment.ts';
import { ConditionLedger } from './signalling/condition-ledger.ts';
import { toCleared, toObservations, toWaveforms } from './signalling/observations.ts';
import { findFfmpeg } from './tap/ffmpeg.ts';
import { FrameBuffers } from './tap/frame-buffers.ts';
import { PortPairs } from './tap/ports.ts';
import { Tap } from './tap/tap.ts';
import { workerStatus } from './worker-status.ts';

const STATUS_INTERVAL_MS = 2000;
const PACE_INTERVAL_MS = 1000;
/** How long stopping waits for the server to take what is left, ms. */
const FLUSH_MS = 3000;
/** What each analysis thread runs. */
const THREAD_ENTRY = new URL('./pool/thread-main.ts', import.meta.url);

type AnalysedStream = {
  assignment: Assignment;
  /** Whose stream it is. */
  attachment: Attachment;
  tap: Tap;
  ledger: ConditionLedger;
  pace: PacedStream;
};

export type CvWorkerEvents = {
  /** A server does not let this worker in; it goes on trying. */
  refused: [error: HavenError, url: string];
  connected: [url: string];
};

export type CvWorkerOptions = { config: Config; logger: Logger; threadEntry?: URL };

/** Analyses the streams that one or several servers assign: their taps, the threads, and the way back of what they find. */
export class CvWorker extends EventEmitter<CvWorkerEvents> {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #buffers: FrameBuffers;
  readonly #pool: AnalysisPool;
  readonly #attachments: readonly Attachment[];
  readonly #ports: PortPairs;
  readonly #ffmpeg = findFfmpeg();
  readonly #pacer: Pacer;
  readonly #timers: readonly NodeJS.Timeout[];
  /** By assignment. */
  readonly #streams = new Map<string, AnalysedStream>();
  #closing: Promise<void> | null = null;

  private constructor({ config, logger }: CvWorkerOptions, pool: AnalysisPool, buffers: FrameBuffers) {
    super();
    this.#config = config;
    this.#logger = logger;
    this.#buffers = buffers;
    this.#pool = pool;
    const alone = config.urls.length === 1;
    this.#attachments = config.urls.map(
      (url) => new Attachment({ ...config, url, logger: alone ? logger : logger.child({ server: url }) }),
    );
    this.#ports = new PortPairs({ address: config.tapAddress, range: config.tapPorts });
    this.#pacer = new Pacer({ normalRate: config.frameRate, load: pool.load });
    this.#timers = [
      setInterval(() => this.#reportStatus(), STATUS_INTERVAL_MS),
      setInterval(() => this.#pacer.update(performance.now(), this.#streams), PACE_INTERVAL_MS),
    ];
    this.#listen();
  }

  /**
   * Loads the models and connects; from then on the worker works by itself until it is closed.
   * @throws Error when the analysis cannot be started
   */
  static async start(options: CvWorkerOptions): Promise<CvWorker> {
    const { config, logger, threadEntry: entry = THREAD_ENTRY } = options;
    const buffers = new FrameBuffers();
    const pool = await AnalysisPool.create({ threads: config.threads, entry, buffers, logger });
    const worker = new CvWorker(options, pool, buffers);
    for (const { client } of worker.#attachments) client.connect();
    return worker;
  }

  /** Stops the taps, posts what is left (for at most 3 s) and ends. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(Array.from(this.#streams.values(), (stream) => this.#drop(stream)));
    await Promise.all(this.#attachments.map((attachment) => attachment.close(FLUSH_MS)));
    await this.#pool.close();
  }

  #listen(): void {
    this.#pool.on('output', (id, output, face) => this.#post(id, output, face));
    this.#pool.on('restarted', (id) => {
      const stream = this.#streams.get(id);
      stream?.ledger.restarted(this.#pool.statisticsOf(id)?.framesAnalysed ?? 0);
      stream?.pace.forget();
    });
    for (const attachment of this.#attachments) this.#follow(attachment);
  }

  #follow(attachment: Attachment): void {
    const { client, url } = attachment;
    const pace = () => (this.#pacer.reduced = this.#attachments.some(({ reduced }) => reduced));
    client.on('connected', () => this.emit('connected', url));
    client.on('pace', pace);
    client.on('disconnected', () => {
      pace();
      for (const stream of this.#of(attachment).values()) void this.#drop(stream);
    });
    client.on('refused', (error) => this.emit('refused', error, url));
    client.on('assign', (assignment) => this.#take(attachment, assignment));
    client.on('priority', ({ assignmentId, inAlert }) => {
      const stream = this.#of(attachment).get(assignmentId);
      if (stream !== undefined) stream.pace.inAlert = inAlert;
    });
    client.on('unassign', ({ assignmentId }) => {
      const stream = this.#of(attachment).get(assignmentId);
      if (stream !== undefined) void this.#drop(stream);
    });
  }

  /** The streams of one server, by assignment. */
  #of(attachment: Attachment): Map<string, AnalysedStream> {
    return new Map([...this.#streams].filter(([, stream]) => stream.attachment === attachment));
  }

  #take(attachment: Attachment, assignment: Assignment): void {
    const { assignmentId, streamId, epoch, mode } = assignment;
    if (this.#closing !== null || this.#streams.has(assignmentId)) return;
    const older = Array.from(this.#streams.values()).find(
      (stream) => stream.assignment.streamId === streamId,
    );
    if (older !== undefined) void this.#drop(older);
    const logger = this.#logger.child({ streamId, epoch });
    this.#pool.open(assignmentId, mode);
    const tap = new Tap({
      assignment,
      request: attachment.request,
      ports: this.#ports,
      buffers: this.#buffers,
      address: this.#config.tapAddress,
      ffmpeg: this.#ffmpeg,
      normalRate: this.#config.frameRate,
      logger,
      onFrame: (frame) => this.#pool.push(assignmentId, frame),
      onEnded: (code) => {
        logger.warn({ code }, 'the stream cannot be tapped');
        const stream = this.#streams.get(assignmentId);
        if (stream !== undefined) void this.#drop(stream);
      },
    });
    const pace = new PacedStream(tap);
    this.#streams.set(assignmentId, { assignment, attachment, tap, ledger: new ConditionLedger(), pace });
    logger.info('a stream was assigned');
  }

  async #drop({ assignment, tap }: AnalysedStream): Promise<void> {
    const { assignmentId, streamId, epoch } = assignment;
    this.#streams.delete(assignmentId);
    this.#pool.closeStream(assignmentId);
    await tap.close();
    this.#logger.info({ streamId, epoch }, 'a stream was given back');
  }

  #post(id: string, output: AnalyzerOutput, face: FacePlace | null): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const { assignment, attachment, ledger, pace } = stream;
    if (output.vitals !== null) pace.observe(output.vitals, face);
    for (const { condition, present } of output.conditions) ledger.report(condition, present);
    const cleared = ledger.takeCleared(this.#pool.statisticsOf(id)?.framesAnalysed ?? 0);
    try {
      const observations: Observation[] = [
        ...cleared.map((condition) => toCleared(assignment, condition, output.at)),
        ...toObservations(assignment, output),
      ];
      for (const observation of observations) attachment.post(observation);
      for (const piece of toWaveforms(assignment, output.waveform)) attachment.show(piece);
    } catch (error) {
      this.#logger.error({ err: error, streamId: assignment.streamId }, 'an analyzer gave no valid output');
    }
  }

  #reportStatus(): void {
    for (const attachment of this.#attachments) {
      const status = workerStatus(this.#pool, this.#of(attachment), this.#config.frameRate);
      attachment.request('worker:status', status).catch((error: unknown) => {
        this.#logger.debug({ err: error, server: attachment.url }, 'the status was not taken');
      });
    }
  }
}
