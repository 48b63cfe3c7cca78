import {
  HavenError,
  type MonitorRequests,
  type RequestOf,
  type ResponseOf,
  type ServerToMonitor,
  type ViewedTile,
} from '@haven/protocol';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config/config.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Viewer } from '../sfu/viewer.ts';
import { iceServersFor } from '../turn/ice-servers.ts';
import type { Handlers } from './endpoints.ts';

type MediaRequest =
  | 'transport:open'
  | 'transport:connect'
  | 'transport:restart-ice'
  | 'consumer:create'
  | 'consumer:resume'
  | 'consumer:close'
  | 'view:report';

type MediaEvent = 'consumer:layers' | 'consumer:closed' | 'consumer:sending' | 'viewer:quality';

export type MediaParts = {
  audit: AuditTrail;
  clock: () => number;
  config: Pick<Config, 'limits' | 'turn'>;
  sfu: Sfu;
};

/** Whose media they are. */
export type Watcher = {
  actor: Actor;
  /**
   * The room whose streams may be watched now.
   * @throws HavenError SESSION_LOCKED, NOT_JOINED, and what the access rules refuse with
   */
  room: () => string;
  tell: <E extends MediaEvent>(event: E, ...message: Parameters<ServerToMonitor[E]>) => void;
};

/** The media of one clinician's session: at most one {@link Viewer} at a time, and what is asked of it. */
export class MediaRequests {
  readonly handlers: Pick<Handlers<MonitorRequests>, MediaRequest>;
  readonly #parts: MediaParts;
  readonly #watcher: Watcher;
  #viewer: Viewer | undefined;
  /** Of the last report: it holds for the next transport too. */
  #tiles: readonly ViewedTile[] | undefined;
  /** Counts `transport:open`: of several at a time the last one stands. */
  #opened = 0;
  /** Transports that are being opened now. */
  #opening = 0;

  constructor(parts: MediaParts, watcher: Watcher) {
    this.#parts = parts;
    this.#watcher = watcher;
    this.handlers = {
      'transport:open': () => this.#open(),
      'transport:connect': async ({ transportId, dtlsParameters }) => {
        await this.#viewerOf(transportId).connect(dtlsParameters);
        return {};
      },
      'transport:restart-ice': async ({ transportId }) => ({
        iceParameters: await this.#viewerOf(transportId).restartIce(),
      }),
      'consumer:create': (request) => this.#consume(request),
      'consumer:resume': async ({ consumerId }) => {
        await this.#consuming().resume(consumerId);
        return {};
      },
      'consumer:close': ({ consumerId }) => {
        this.#consuming().closeConsumer(consumerId);
        return {};
      },
      'view:report': ({ tiles }) => {
        this.#watcher.room();
        this.#tiles = tiles;
        this.#viewer?.show(tiles);
        return {};
      },
    };
  }

  /** Closes what runs and what is being opened, and forgets what was on screen. */
  close(): void {
    this.#closeViewer();
    this.#tiles = undefined;
  }

  #closeViewer(): void {
    this.#opened += 1;
    this.#viewer?.close();
    this.#viewer = undefined;
  }

  async #open(): Promise<ResponseOf<MonitorRequests, 'transport:open'>> {
    this.#watcher.room();
    this.#closeViewer();
    const opened = this.#opened;
    const viewer = await this.#openViewer();
    if (opened !== this.#opened) {
      viewer.close();
      throw new HavenError('TRANSPORT_UNKNOWN');
    }
    this.#viewer = viewer;
    const { clock, config } = this.#parts;
    const { actor, tell } = this.#watcher;
    viewer.on('layers', (layers) => tell('consumer:layers', layers));
    viewer.on('sending', (sending) => tell('consumer:sending', sending));
    viewer.on('quality', (quality) => tell('viewer:quality', { quality }));
    viewer.on('consumerclosed', (closed) => tell('consumer:closed', closed));
    if (this.#tiles !== undefined) viewer.show(this.#tiles);
    return {
      routerRtpCapabilities: viewer.routerRtpCapabilities,
      transport: viewer.transportOptions,
      iceServers: iceServersFor(config, actor.name, clock()),
    };
  }

  /** Whoever opens one after another holds no more at a time than a peer may. */
  async #openViewer(): Promise<Viewer> {
    if (this.#opening >= this.#parts.config.limits.transportsPerPeer) {
      throw new HavenError('CAPACITY_EXCEEDED', 'Too many transports are being opened at a time.');
    }
    this.#opening += 1;
    try {
      return await this.#parts.sfu.openViewer();
    } finally {
      this.#opening -= 1;
    }
  }

  async #consume({
    transportId,
    streamId,
    rtpCapabilities,
  }: RequestOf<MonitorRequests, 'consumer:create'>): Promise<ResponseOf<MonitorRequests, 'consumer:create'>> {
    const roomId = this.#watcher.room();
    const viewer = this.#viewerOf(transportId);
    const stream = this.#parts.sfu.find(streamId);
    // A stream of another room is as unknown as one that does not exist.
    if (stream?.identity.roomId !== roomId) throw new HavenError('STREAM_UNKNOWN');
    const consumer = await viewer.consume(stream, rtpCapabilities);
    this.#parts.audit.done(this.#watcher.actor, 'stream:watch', `patient:${stream.identity.patientId}`);
    return consumer;
  }

  /** @throws HavenError TRANSPORT_UNKNOWN */
  #viewerOf(transportId: string): Viewer {
    if (this.#viewer?.transportId !== transportId || this.#viewer.closed) {
      throw new HavenError('TRANSPORT_UNKNOWN');
    }
    return this.#viewer;
  }

  /** @throws HavenError CONSUMER_UNKNOWN */
  #consuming(): Viewer {
    if (this.#viewer === undefined) throw new HavenError('CONSUMER_UNKNOWN');
    return this.#viewer;
  }
}
