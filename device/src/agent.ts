import { setTimeout as delay } from 'node:timers/promises';
import { HavenError, type ErrorCode } from '@haven/protocol';
import type { Logger } from 'pino';
import { isFinal } from './failures.ts';
import type { KnownPath } from './media/bandwidth.ts';
import { ChanceLoss } from './media/chance-loss.ts';
import type { RawFrame } from './media/frame.ts';
import { QueueWatch } from './media/queue-watch.ts';
import { OTHER_LAYERS, Publication, type PublicationEnd } from './publication.ts';
import { RetryPace } from './retry-pace.ts';
import { SignallingClient, type SignallingOptions } from './signalling-client.ts';
import { PrivacyPause } from './privacy-pause.ts';
import type { VideoSource } from './sources/source.ts';

/** How long the goodbye to the server may take: a shutdown is over within two seconds. */
const STOP_TIMEOUT_MS = 700;

export type AgentOptions = {
  signalling: SignallingOptions;
  patientId: string;
  source: VideoSource;
  ffmpeg: string;
  layerCount: number;
  maxBitrate: number;
  maxFramesPerSecond: number;
  log: Logger;
};

/** Keeps one patient's video published: through restarts of the server, lost networks and dead encoders. */
export class DeviceAgent {
  readonly #options: AgentOptions;
  readonly #log: Logger;
  readonly #signalling: SignallingClient;
  readonly #privacy: PrivacyPause;
  readonly #stop = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  #connected = Promise.withResolvers<undefined>();
  #publication: Publication | undefined;
  readonly #pace = new RetryPace();
  /** ms until the next attempt. */
  #waitMs = 0;
  /** Only one layer is sent, since much is lost. */
  #alone = false;
  readonly #path: KnownPath = { chance: new ChanceLoss(), queue: new QueueWatch() };
  #closing: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#log = options.log;
    // Nobody waits for it before `run()`.
    this.#failed.promise.catch(() => undefined);
    this.#signalling = new SignallingClient(options.signalling, {
      connect: (resumed) => {
        this.#log.info({ resumed }, 'connected to the server');
        // What an earlier session claimed ended with it: the server hands it out anew.
        if (!resumed) this.#publication?.end('device-lost');
        else this.#privacy.tell();
        this.#connected.resolve(undefined);
      },
      disconnect: (reason) => this.#disconnected(reason),
      refused: (error) => this.#refused(error),
      'stream:ended': ({ streamId, reason }) => this.#streamEnded(streamId, reason),
      'stream:layers': ({ streamId, maxSpatialLayer }) => {
        if (this.#publication?.streamId === streamId) this.#publication.watch(maxSpatialLayer);
      },
      'stream:privacy': ({ streamId, privacy }) => {
        if (this.#publication?.streamId === streamId) this.#privacy.told(privacy);
      },
      'session:ended': ({ code }) => this.#sessionEnded(code),
    });
    this.#privacy = new PrivacyPause({
      signalling: this.#signalling,
      streamId: () => this.#publication?.streamId,
      onChange: (paused) => {
        this.#log.info({ paused }, 'the picture is paused for privacy, or goes on');
        this.#publication?.pause(paused);
        options.source.pause?.(paused);
      },
    });
  }

  /**
   * Publishes until the source ends or `close()`.
   * @throws HavenError with a final code
   */
  async run(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const publishing = this.#keepPublishing();
    try {
      await Promise.race([publishing, this.#failed.promise, stopped]);
    } finally {
      await this.close();
      await publishing.catch(() => undefined);
    }
  }

  /** Somebody at the bedside asks for privacy, or (while it runs) for its end. */
  togglePrivacy(): void {
    this.#privacy.toggle();
  }

  /** Says goodbye to the server and lets go of everything. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    this.#privacy.close();
    const publication = this.#publication;
    if (publication) {
      await Promise.race([publication.stop(), delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    }
    this.#signalling.close();
    this.#connected.resolve(undefined);
    await Promise.all([this.#options.source.close(), publication?.close()]);
  }

  async #keepPublishing(): Promise<void> {
    let playing: Promise<'played'> | undefined;
    while (!this.#stopped()) {
      await this.#connected.promise;
      if (this.#stopped()) return;
      const startedAt = performance.now();
      const publication = await this.#publish();
      if (publication) {
        playing ??= this.#play();
        const end = await Promise.race([publication.over, playing]);
        if (end === 'played') return;
        await this.#ended(publication, end);
        if (end === OTHER_LAYERS) this.#alone = !this.#alone;
        this.#waitMs = this.#pace.ended(end, performance.now() - startedAt);
      }
      await delay(this.#waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #publish(): Promise<Publication | undefined> {
    const { patientId, source, ffmpeg, layerCount, maxBitrate, maxFramesPerSecond } = this.#options;
    try {
      const publication = await Publication.start({
        signalling: this.#signalling,
        patientId,
        privacy: this.#privacy.toBring,
        source,
        ffmpeg,
        layerCount,
        path: this.#path,
        alone: this.#alone,
        maxBitrate,
        maxFramesPerSecond,
        onClaimed: (claimed) => {
          this.#publication = claimed;
          this.#privacy.answered(claimed.privacyAtStart);
          claimed.pause(this.#privacy.running);
        },
        onEncoderRestart: (complaint) => this.#log.warn({ complaint }, 'the encoder died and is replaced'),
      });
      this.#log.info({ streamId: publication.streamId }, 'publishing');
      return publication;
    } catch (error) {
      this.#publication = undefined;
      this.#publishFailed(error);
      return undefined;
    }
  }

  /** The source runs once, from the first publication on, whether or not anything is published meanwhile. */
  async #play(): Promise<'played'> {
    await this.#options.source.run((frame: RawFrame) => this.#publication?.publish(frame));
    return 'played';
  }

  #publishFailed(error: unknown): void {
    if (this.#stopped()) return;
    this.#waitMs = this.#pace.failed(error);
    if (error instanceof HavenError && isFinal(error)) {
      this.#failed.reject(error);
      return;
    }
    const seconds = Math.ceil(this.#waitMs / 1000);
    const problem = error instanceof Error ? error.message : String(error);
    this.#log.warn({ err: error }, `publishing is tried again in ${seconds} s: ${problem}`);
  }

  async #ended(publication: Publication, end: PublicationEnd): Promise<void> {
    this.#publication = undefined;
    await publication.close();
    if (this.#stopped()) return;
    const { streamId } = publication;
    if (end === 'bitrate-exceeded') {
      // The server says how long to wait when it is asked.
      this.#log.error({ streamId }, new HavenError('BITRATE_EXCEEDED').message);
      return;
    }
    this.#log.warn({ streamId, reason: end }, 'the stream ended and is published again');
  }

  #disconnected(reason: string): void {
    this.#connected = Promise.withResolvers<undefined>();
    if (this.#stopped()) {
      this.#connected.resolve(undefined);
      return;
    }
    // Media go on meanwhile: the session may be taken up.
    this.#log.warn({ reason }, 'the connection to the server was lost and is made again');
  }

  #refused(error: HavenError): void {
    if (isFinal(error)) this.#failed.reject(error);
    else this.#log.warn({ code: error.code, problem: error.message }, 'connecting failed and is tried again');
  }

  #streamEnded(streamId: string, reason: PublicationEnd): void {
    if (this.#publication?.streamId !== streamId) return;
    if (reason === 'superseded') this.#failed.reject(new HavenError('SUPERSEDED'));
    else if (reason === 'revoked') this.#failed.reject(new HavenError('TOKEN_REVOKED'));
    else this.#publication.end(reason);
  }

  #sessionEnded(code: ErrorCode): void {
    const error = new HavenError(code);
    if (isFinal(error)) this.#failed.reject(error);
    else this.#log.warn({ code }, 'the server ended the session');
  }
}
