import {
  HavenError,
  streamEndReasonSchema,
  uuidSchema,
  type DeviceRequests,
  type PrivacyReason,
  type ResponseOf,
  type ServerToDevice,
} from '@haven/protocol';
import type { types } from 'mediasoup-client';
import { z } from 'zod';
import { backoffMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import type { Connection } from '../core/connection.ts';
import { Store, type Readable } from '../core/store.ts';
import { IceRepair } from '../media/ice-repair.ts';
import { clientCapabilities, wireDtlsParameters, wireRtpParameters } from '../media/parameters.ts';
import { readDeviceState, type SentBefore } from './device-state.ts';
import { BedsidePrivacy, type PauseStorage, type RunningPrivacy } from './bedside-privacy.ts';
import { cameraProblem } from './camera.ts';
import type { PatientCamera } from './patient-camera.ts';
import { isFinal, whyEnded, whyStopped, type PublishState } from './publish-words.ts';
import { simulcastEncodings } from './simulcast.ts';

export type DeviceConnection = Connection<DeviceRequests, ServerToDevice>;

/** How often the device reports its state, ms. */
const REPORT_INTERVAL_MS = 5000;

const streamEndedSchema = z.object({ streamId: uuidSchema, reason: streamEndReasonSchema });
const streamLayersSchema = z.object({
  streamId: uuidSchema,
  maxSpatialLayer: z.number().int().min(0).max(3),
});

type Running = {
  streamId: string;
  transport: types.Transport;
  ice: IceRepair;
  producer: types.Producer | null;
};

export type PublisherParts = {
  connection: DeviceConnection;
  createDevice: () => Promise<types.Device>;
  /** It stays the caller's: closing the publisher does not close it. While it is closed, nothing is sent. */
  camera: Pick<PatientCamera, 'track' | 'open' | 'close' | 'blank' | 'onLost'>;
  /** Whether clinicians can talk with this bedside. */
  talk: boolean;
  patientId: string;
  now: Clock;
  /** Where a pause of the picture outlives a reload of the page. */
  storage: PauseStorage;
};

/** Publishes a camera as a patient's stream, and goes on doing so after every interruption that is not final. */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #state = new Store<PublishState>({ kind: 'connecting', error: null });
  readonly #privacy: BedsidePrivacy;
  readonly #undo: readonly (() => void)[];
  #running: Running | null = null;
  /** Counts the attempts: what began under an older number is not continued. */
  #attempt = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #reports: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    const { camera, connection, now, storage } = parts;
    this.#privacy = new BedsidePrivacy({
      connection,
      now,
      storage,
      streamId: () => this.#running?.streamId ?? null,
    });
    connection.on('stream:ended', streamEndedSchema, ({ streamId, reason }) => {
      if (streamId !== this.#running?.streamId) return;
      const why = whyEnded(reason);
      if (why !== null) this.#end(why);
      else this.#again(reason === 'bitrate-exceeded' ? new HavenError('BITRATE_EXCEEDED') : null);
    });
    connection.on('stream:layers', streamLayersSchema, ({ streamId, maxSpatialLayer }) => {
      if (streamId === this.#running?.streamId) void this.#limitLayers(maxSpatialLayer);
    });
    this.#undo = [
      connection.status.subscribe(() => this.#statusChanged()),
      this.#privacy.state.subscribe(() => void this.#applyPrivacy()),
    ];
    camera.onLost = () => this.#end('The camera was unplugged or taken by another program.');
    connection.open();
  }

  get state(): Readable<PublishState> {
    return this.#state;
  }

  /** The pause of the picture, while one runs. */
  get privacy(): Readable<RunningPrivacy | null> {
    return this.#privacy.state;
  }

  /** Pauses the picture at once, or changes the pause that runs. */
  pausePicture(reason: PrivacyReason, minutes: number): void {
    this.#privacy.pause(reason, minutes);
  }

  resumePicture(): void {
    this.#privacy.resume();
  }

  /** The browser has another network: neither connection nor media wait until they notice. */
  networkChanged(): void {
    this.#parts.connection.restart();
    this.#running?.ice.networkChanged();
  }

  /** Stops publishing, and says so to the server if it can be reached. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const streamId = this.#running?.streamId;
    this.#shut();
    this.#state.set({ kind: 'idle' });
    try {
      if (streamId !== undefined) await this.#parts.connection.request('publish:stop', { streamId });
    } catch {
      // The server notices the closed connection as well.
    } finally {
      this.#parts.connection.close();
    }
  }

  #statusChanged(): void {
    const status = this.#parts.connection.status.get();
    if (status.kind === 'ended') this.#end(whyStopped(status.error));
    else if (status.kind === 'connecting') this.#interrupted(status.error);
    else if (status.resumed && this.#running !== null && this.#running.producer !== null) {
      this.#state.set({ kind: 'publishing' });
      this.#running.ice.signallingReturned();
      this.#privacy.reconnected();
    } else {
      this.#drop();
      void this.#start();
    }
  }

  /** What is published goes on meanwhile; what was only being prepared begins anew. */
  #interrupted(error: Error | null): void {
    if ((this.#running?.producer ?? null) === null) this.#drop();
    this.#state.set({ kind: 'connecting', error });
  }

  async #start(): Promise<void> {
    const attempt = ++this.#attempt;
    const { connection, createDevice, patientId, talk } = this.#parts;
    this.#state.set({ kind: 'starting' });
    try {
      const start = await connection.request('publish:start', {
        requestId: crypto.randomUUID(),
        patientId,
        source: 'camera',
        talk,
        privacy: this.#privacy.toBring,
      });
      const device = await createDevice();
      await device.load({ routerRtpCapabilities: clientCapabilities(start.routerRtpCapabilities) });
      if (attempt !== this.#attempt) return;
      const transport = device.createSendTransport({ ...start.transport, iceServers: start.iceServers });
      const ice = this.#serve(attempt, start.streamId, transport);
      this.#running = { streamId: start.streamId, transport, ice, producer: null };
      this.#privacy.answered(start.privacy ?? null);
      const producer = await this.#produce(device, transport, start.constraints);
      if (attempt !== this.#attempt) return;
      this.#running.producer = producer;
      await this.#applyPrivacy();
      if (attempt !== this.#attempt) return;
      this.#failures = 0;
      this.#state.set({ kind: 'publishing' });
      this.#report(start.streamId, producer);
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(error);
    }
  }

  /** Carries the transport's needs to the server. */
  #serve(attempt: number, streamId: string, transport: types.Transport): IceRepair {
    const { connection } = this.#parts;
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      connection
        .request('publish:connect', { streamId, dtlsParameters: wireDtlsParameters(dtlsParameters) })
        .then(done, (error: unknown) => failed(asError(error)));
    });
    transport.on('produce', ({ rtpParameters }, done, failed) => {
      connection
        .request('publish:produce', {
          requestId: crypto.randomUUID(),
          streamId,
          rtpParameters: wireRtpParameters(rtpParameters),
        })
        .then(
          ({ producerId }) => done({ id: producerId }),
          (error: unknown) => failed(asError(error)),
        );
    });
    return new IceRepair({
      transport,
      restart: async () => (await connection.request('publish:restart-ice', { streamId })).iceParameters,
      giveUp: (error) => {
        if (attempt !== this.#attempt) return;
        if (error === null) this.#again(null);
        else this.#failed(error);
      },
    });
  }

  async #produce(
    device: types.Device,
    transport: types.Transport,
    limits: ResponseOf<DeviceRequests, 'publish:start'>['constraints'],
  ): Promise<types.Producer> {
    const { camera } = this.#parts;
    const track = camera.track.get() ?? camera.blank();
    const vp8 = device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === 'video/vp8',
    );
    return transport.produce({
      track,
      stopTracks: false,
      disableTrackOnPause: true,
      zeroRtpOnPause: true,
      encodings: simulcastEncodings(track.getSettings().height ?? 0, limits),
      ...(vp8 === undefined ? {} : { codec: vp8 }),
      codecOptions: { videoGoogleStartBitrate: 600 },
    });
  }

  /**
   * Closes the camera for a pause, so that its light goes out and nothing is sent, and opens it after it. An alarm on
   * the wall tells of a camera that does not open again.
   */
  async #applyPrivacy(): Promise<void> {
    const { camera } = this.#parts;
    const producer = this.#running?.producer ?? null;
    if (this.#privacy.state.get() !== null) {
      camera.close();
      if (producer?.paused === false) producer.pause();
      return;
    }
    try {
      const track = camera.track.get() ?? (await camera.open());
      const present = this.#running?.producer ?? null;
      if (track === null || present === null || this.#privacy.state.get() !== null) return;
      if (present.track !== track) await present.replaceTrack({ track });
      if (present.paused) present.resume();
    } catch (error) {
      if (!this.#closed) this.#end(cameraProblem(error));
    }
  }

  async #limitLayers(maxSpatialLayer: number): Promise<void> {
    const producer = this.#running?.producer;
    const sent = producer?.rtpParameters.encodings?.length ?? 1;
    try {
      await producer?.setMaxSpatialLayer(Math.min(maxSpatialLayer, sent - 1));
    } catch {
      // The producer was closed meanwhile; the next one starts with all layers.
    }
  }

  #report(streamId: string, producer: types.Producer): void {
    let before: SentBefore | null = null;
    this.#reports = setInterval(() => {
      void (async () => {
        try {
          const read = readDeviceState(streamId, await producer.getStats(), before, this.#parts.now());
          before = read.sent;
          await this.#parts.connection.request('publish:state', read.state);
        } catch {
          // A report is a courtesy: what is wrong shows itself elsewhere.
        }
      })();
    }, REPORT_INTERVAL_MS);
  }

  #failed(error: unknown): void {
    if (isFinal(error)) this.#end(whyStopped(error));
    else this.#again(asError(error));
  }

  #again(error: Error | null): void {
    this.#drop();
    if (this.#parts.connection.status.get().kind !== 'connected') return;
    this.#state.set({ kind: 'connecting', error });
    const asked = error instanceof HavenError ? error.retryAfterMs : undefined;
    this.#retry = setTimeout(() => void this.#start(), asked ?? backoffMs(this.#failures++));
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#shut();
    this.#state.set({ kind: 'ended', why });
    this.#parts.connection.close();
  }

  /** Lets go of the present stream and of every attempt at one. */
  #drop(): void {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    clearInterval(this.#reports);
    this.#running?.ice.close();
    this.#running?.transport.close();
    this.#running = null;
  }

  #shut(): void {
    this.#closed = true;
    this.#drop();
    for (const undo of this.#undo) undo();
    this.#privacy.close();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
