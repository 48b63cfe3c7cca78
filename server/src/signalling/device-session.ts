import {
  HavenError,
  type DeviceRequests,
  type DeviceState,
  type ErrorCode,
  type RequestOf,
  type ResponseOf,
  type StreamEndReason,
} from '@haven/protocol';
import type { DevicePrincipal } from '../access/access.ts';
import type { Actor } from '../audit/actor.ts';
import type { Stream } from '../sfu/stream.ts';
import { iceServersFor } from '../turn/ice-servers.ts';
import type { DeviceMetrics } from './device-metrics.ts';
import type { Handlers } from './endpoints.ts';
import { bedsidePrivacyHandlers } from './privacy-requests.ts';
import { constraintsOf, publish, recheckPublisher, type PublishParts } from './publish-operation.ts';
import type { DeviceSocket } from './sockets.ts';
import { BedsideTalk, type BedsideParts } from './talk-requests.ts';

export type DeviceParts = PublishParts &
  Pick<BedsideParts, 'talks'> & { clock: () => number; metrics: DeviceMetrics };

/** A device's connection and the stream that it publishes. */
export class DeviceSession {
  #socket: DeviceSocket;
  readonly #principal: DevicePrincipal;
  readonly #actor: Actor;
  readonly #parts: DeviceParts;
  readonly #talk: BedsideTalk;
  readonly handlers: Handlers<DeviceRequests>;
  #stream: Stream | undefined;
  #starting = 0;
  #over = false;

  constructor(socket: DeviceSocket, actor: Actor, parts: DeviceParts) {
    this.#socket = socket;
    this.#principal = socket.data.principal;
    this.#actor = actor;
    this.#parts = parts;
    this.#talk = new BedsideTalk(parts, {
      actor,
      tell: (event, ...message) => this.#socket.emit(event, ...message),
      ring: (event) => this.#socket.emit('talk:started', event),
    });
    this.handlers = {
      'publish:start': (request) => this.#start(request),
      'publish:connect': async ({ streamId, dtlsParameters }) => {
        await this.#own(streamId).connect(dtlsParameters);
        return {};
      },
      'publish:produce': async ({ streamId, rtpParameters }) => ({
        producerId: await this.#own(streamId).produce(rtpParameters),
      }),
      'publish:restart-ice': async ({ streamId }) => ({
        iceParameters: await this.#own(streamId).restartIce(),
      }),
      'publish:state': (state) => this.#keepState(state),
      'publish:stop': (request) => this.#stop(request),
      ...this.#talk.handlers,
      ...bedsidePrivacyHandlers(parts, { actor, own: (streamId) => this.#own(streamId) }),
    };
  }

  /**
   * Ends the session if the device's right to publish was taken away. A stream whose patient was moved to another room
   * ends alone: the device publishes again, for the viewers of the room where the patient is now.
   */
  recheck(): void {
    const code = recheckPublisher(this.#parts.access, this.#principal, this.#stream);
    if (code !== undefined) this.end(code);
  }

  /** Tells the device why, then closes its connection. */
  end(code: ErrorCode): void {
    this.#over = true;
    this.#socket.emit('session:ended', { code });
    this.#socket.disconnect(true);
  }

  get over(): boolean {
    return this.#over;
  }

  /** The connection is gone; media may run on for a while. */
  interrupted(): void {
    this.#talk.end('device-lost');
    this.#stream?.deviceLost();
  }

  resumed(socket: DeviceSocket): void {
    this.#socket = socket;
    this.#stream?.deviceReturned();
    this.#parts.audit.done(this.#actor, 'session:resume', 'session');
  }

  disconnected(): void {
    this.#talk.end('device-lost');
    this.#stream?.deviceLost();
  }

  async #start({
    patientId,
    source,
    talk = false,
    privacy,
  }: RequestOf<DeviceRequests, 'publish:start'>): Promise<ResponseOf<DeviceRequests, 'publish:start'>> {
    const { clock, config } = this.#parts;
    this.#starting += 1;
    try {
      const publisher = { principal: this.#principal, actor: this.#actor };
      const stream = await publish(this.#parts, publisher, { patientId, source, privacy });
      this.#follow(stream);
      if (talk) this.#talk.attach(stream);
      return {
        streamId: stream.streamId,
        routerRtpCapabilities: stream.mediaWorker.rtpCapabilities,
        transport: stream.transportOptions,
        iceServers: iceServersFor(config, this.#actor.name, clock()),
        constraints: constraintsOf(config),
        privacy: stream.privacy,
      };
    } finally {
      this.#starting -= 1;
    }
  }

  #follow(stream: Stream): void {
    const { streamId } = stream;
    this.#stream = stream;
    stream.on('demand', (maxSpatialLayer) => {
      this.#socket.emit('stream:layers', { streamId, maxSpatialLayer });
    });
    stream.on('privacy', (privacy) => this.#socket.emit('stream:privacy', { streamId, privacy }));
    stream.once('ended', (reason) => this.#ended(stream, reason));
    // The device may have left while its stream was made.
    if (!this.#socket.connected) stream.deviceLost();
  }

  #ended(stream: Stream, reason: StreamEndReason): void {
    if (this.#stream === stream) this.#stream = undefined;
    this.#socket.emit('stream:ended', { streamId: stream.streamId, reason });
    // Publishing again by the same session replaces its stream; by another, it ends this session.
    if (reason === 'superseded' && this.#starting === 0) this.end('SUPERSEDED');
  }

  #keepState(state: DeviceState): Record<string, never> {
    this.#own(state.streamId).learnSizes(state.layers);
    this.#parts.metrics.record(this.#own(state.streamId), state);
    return {};
  }

  #stop({ streamId }: RequestOf<DeviceRequests, 'publish:stop'>): Record<string, never> {
    this.#own(streamId).end('device-stopped');
    return {};
  }

  #own(streamId: string): Stream {
    if (this.#stream?.streamId !== streamId) throw new HavenError('STREAM_UNKNOWN');
    return this.#stream;
  }
}
