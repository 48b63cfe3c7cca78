import {
  HavenError,
  type DeviceRequests,
  type DeviceState,
  type ErrorCode,
  type RequestOf,
  type ResponseOf,
  type StreamEndReason,
} from '@haven/protocol';
import type { Access, DevicePrincipal } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config/config.ts';
import type { Records } from '../records/records.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { Stream } from '../sfu/stream.ts';
import type { DeviceMetrics } from './device-metrics.ts';
import type { Handlers } from './endpoints.ts';
import type { DeviceSocket } from './sockets.ts';

/** What encoders are told: cameras need no more for a wall or for a pulse. */
const CONSTRAINTS = { maxFramesPerSecond: 30, maxBitrate: 2_500_000 };

export type DeviceParts = {
  access: Access;
  admission: Admission;
  audit: AuditTrail;
  config: Config;
  metrics: DeviceMetrics;
  records: Records;
  sfu: Sfu;
};

/** A device's connection and the stream that it publishes. */
export class DeviceSession {
  readonly #socket: DeviceSocket;
  readonly #principal: DevicePrincipal;
  readonly #actor: Actor;
  readonly #parts: DeviceParts;
  readonly handlers: Handlers<DeviceRequests>;
  #stream: Stream | undefined;
  #starting = 0;

  constructor(socket: DeviceSocket, actor: Actor, parts: DeviceParts) {
    this.#socket = socket;
    this.#principal = socket.data.principal;
    this.#actor = actor;
    this.#parts = parts;
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
    };
  }

  /**
   * Ends the session if the device's right to publish was taken away. A stream whose patient was moved to another room
   * ends alone: the device publishes again, for the viewers of the room where the patient is now.
   */
  recheck(): void {
    try {
      this.#parts.access.authorize(this.#principal, 'stream:publish', this.#stream?.identity.roomId);
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      if (error.code === 'ROOM_NOT_ASSIGNED') {
        this.#stream?.end('patient-moved');
        return;
      }
      this.#stream?.end('revoked');
      this.end(error.code);
    }
  }

  /** Tells the device why, then closes its connection. */
  end(code: ErrorCode): void {
    this.#socket.emit('session:ended', { code });
    this.#socket.disconnect(true);
  }

  /** The connection is gone; media may run on for a moment. */
  disconnected(): void {
    this.#stream?.deviceLost();
  }

  async #start({
    patientId,
    source,
  }: RequestOf<DeviceRequests, 'publish:start'>): Promise<ResponseOf<DeviceRequests, 'publish:start'>> {
    const { access, admission, audit, config, records, sfu } = this.#parts;
    if (!config.patientIdPattern.test(patientId)) {
      throw new HavenError('INVALID_REQUEST', 'The patient id does not have the form that this server uses.');
    }
    const { roomId } = await records.patient(patientId);
    access.authorize(this.#principal, 'stream:publish');
    if (patientId !== this.#principal.patientId) {
      throw new HavenError('FORBIDDEN', 'This device belongs to another patient.');
    }
    if (source === 'synthetic' && !config.syntheticAllowed) {
      throw new HavenError(
        'FORBIDDEN',
        'Synthetic sources are refused here: this server is not a demonstration.',
      );
    }
    const leave = admission.devices.take(patientId);
    this.#starting += 1;
    try {
      const { deviceId } = this.#principal;
      const stream = await sfu.streams.publish({ patientId, roomId, deviceId, source });
      if (stream.ended) throw new HavenError('STREAM_UNKNOWN');
      stream.once('ended', leave);
      this.#follow(stream);
      audit.done(this.#actor, 'publish:start', `patient:${patientId}`);
      return {
        streamId: stream.streamId,
        routerRtpCapabilities: stream.mediaWorker.rtpCapabilities,
        transport: stream.transportOptions,
        iceServers: [],
        constraints: CONSTRAINTS,
      };
    } catch (error) {
      leave();
      throw error;
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
    stream.once('ended', (reason) => this.#ended(stream, reason));
    // The device may have left while its stream was made.
    if (!this.#socket.connected) stream.deviceLost();
  }

  #ended(stream: Stream, reason: StreamEndReason): void {
    if (this.#stream === stream) this.#stream = undefined;
    this.#parts.audit.done(this.#actor, `stream:${reason}`, `patient:${stream.identity.patientId}`);
    this.#socket.emit('stream:ended', { streamId: stream.streamId, reason });
    // Publishing again by the same session replaces its stream; by another, it ends this session.
    if (reason === 'superseded' && this.#starting === 0) this.end('SUPERSEDED');
  }

  #keepState(state: DeviceState): Record<string, never> {
    this.#own(state.streamId);
    this.#parts.metrics.record(state);
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
