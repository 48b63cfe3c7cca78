import {
  HavenError,
  type Assignment,
  type CvRequests,
  type ErrorCode,
  type RequestOf,
  type ResponseOf,
  type WorkerStatus,
} from '@haven/protocol';
import type { Access } from '../access/access.ts';
import type { Actor } from '../audit/actor.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Sfu } from '../sfu/sfu.ts';
import type { AnalysisWorker } from './analysis.ts';
import type { AnalysisMetrics } from './analysis-metrics.ts';
import type { CvCoordinator } from './cv-coordinator.ts';
import type { Handlers } from './endpoints.ts';
import type { IntakeResult, ObservationIntake } from './observation-intake.ts';
import type { RoomHub } from './room-hub.ts';
import type { CvSocket } from './sockets.ts';

/** Batches of one worker that may wait for the disk; a worker posts one at a time. */
const MAX_WAITING_BATCHES = 8;

export type CvParts = {
  access: Access;
  audit: AuditTrail;
  coordinator: CvCoordinator;
  hub: RoomHub;
  intake: ObservationIntake;
  metrics: AnalysisMetrics;
  sfu: Sfu;
};

/** A CV worker's connection. */
export class CvSession implements AnalysisWorker {
  readonly name: string;
  readonly capacity: number;
  readonly handlers: Handlers<CvRequests>;
  readonly #socket: CvSocket;
  readonly #actor: Actor;
  readonly #parts: CvParts;
  #batches: Promise<unknown> = Promise.resolve();
  #waitingBatches = 0;

  constructor(socket: CvSocket, actor: Actor, parts: CvParts) {
    this.#socket = socket;
    this.#actor = actor;
    this.#parts = parts;
    this.name = socket.data.worker.name;
    this.capacity = socket.data.worker.capacity;
    this.handlers = {
      'tap:open': (request) => this.#openTap(request),
      'tap:resume': async ({ assignmentId }) => {
        await this.#tapOf(assignmentId).resume();
        return {};
      },
      'tap:layers': ({ assignmentId, layers }) => this.#tapOf(assignmentId).setLayers(layers),
      'tap:key-frame': async ({ assignmentId }) => {
        await this.#tapOf(assignmentId).requestKeyFrame();
        return {};
      },
      observations: ({ observations }) => this.#inOrder(() => this.#parts.intake.take(this, observations)),
      waveforms: (request) => this.#showWaveforms(request),
      'worker:status': (status) => this.#keepStatus(status),
    };
  }

  assign(assignment: Assignment): void {
    this.#socket.emit('assign', assignment);
  }

  unassign({ assignmentId, epoch }: Assignment): void {
    this.#socket.emit('unassign', { assignmentId, epoch });
  }

  prioritise({ assignmentId }: Assignment, inAlert: boolean): void {
    this.#socket.emit('assignment:priority', { assignmentId, inAlert });
  }

  /** Ends the session if the key was revoked. */
  recheck(): void {
    try {
      this.#parts.access.authorize(this.#socket.data.principal, 'stream:analyse');
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      this.#parts.audit.refused(this.#actor, 'session', 'server', error.code);
      this.end(error.code);
    }
  }

  end(code: ErrorCode): void {
    this.#socket.emit('session:ended', { code });
    this.#socket.disconnect(true);
  }

  disconnected(): void {
    this.#parts.metrics.forget(this);
    this.#parts.coordinator.removeWorker(this);
  }

  async #openTap({
    assignmentId,
    epoch,
    ip,
    rtpPort,
    layers,
  }: RequestOf<CvRequests, 'tap:open'>): Promise<ResponseOf<CvRequests, 'tap:open'>> {
    const { coordinator, sfu } = this.#parts;
    const { held, stream } = coordinator.heldBy(this, assignmentId, epoch);
    held.tap?.close();
    held.tap = null;
    held.opened += 1;
    const { opened } = held;
    const tap = await sfu.openTap(stream, { ip, rtpPort, layers });
    const current = coordinator.epochOf(stream.streamId);
    if (current !== epoch || held.opened !== opened) {
      tap.close();
      throw new HavenError(current === epoch ? 'ALREADY_DONE' : 'STALE_EPOCH');
    }
    held.tap = tap;
    this.#parts.audit.done(this.#actor, 'tap:open', `patient:${stream.identity.patientId}`);
    return tap.description;
  }

  /** Batches of one worker are taken one after another: alert rules judge by the order of time. */
  async #inOrder(take: () => Promise<IntakeResult>): Promise<IntakeResult> {
    if (this.#waitingBatches >= MAX_WAITING_BATCHES) {
      throw new HavenError('RATE_LIMITED', 'Wait for the answer to the earlier batches.', {
        retryAfterMs: 1_000,
      });
    }
    this.#waitingBatches += 1;
    const result = this.#batches.then(take);
    this.#batches = result.catch(() => undefined).finally(() => (this.#waitingBatches -= 1));
    return result;
  }

  #showWaveforms({ waveforms }: RequestOf<CvRequests, 'waveforms'>): Record<string, never> {
    const { coordinator, hub } = this.#parts;
    for (const waveform of waveforms) {
      const stream = coordinator.streamOf(this, waveform.streamId);
      if (stream?.identity.patientId === waveform.patientId) hub.waveform(stream.identity.roomId, waveform);
    }
    return {};
  }

  #keepStatus(status: WorkerStatus): Record<string, never> {
    const { coordinator, metrics } = this.#parts;
    metrics.keep(this, status);
    for (const { assignmentId, frameRate, reduced } of status.streams) {
      coordinator.setFrameRate(this, assignmentId, reduced ? frameRate : undefined);
    }
    return {};
  }

  #tapOf(assignmentId: string) {
    const { tap } = this.#parts.coordinator.heldBy(this, assignmentId).held;
    if (tap === null) throw new HavenError('TRANSPORT_UNKNOWN', 'Open the tap first.');
    return tap;
  }
}
