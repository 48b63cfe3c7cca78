import type {
  Alert,
  AnalysisMode,
  DetectedEvent,
  ServerToMonitor,
  SoundPause,
  StreamEndReason,
  VitalsMessage,
  WaveformMessage,
} from '@haven/protocol';
import type { Stream } from '../sfu/stream.ts';
import type { Talker } from '../talk/talk.ts';
import type { Counter, Telemetry } from '../telemetry/telemetry.ts';
import { Backlog } from './backlog.ts';
import { sharedStreamOf, type NodeEvent } from './nodes/node-signalling.ts';
import type { Reach } from './nodes/unreached-patients.ts';
import type { MonitorNamespace } from './sockets.ts';

/** Vitals older than this, ms, are withheld from whoever joins: nothing stale is shown as if it were live. */
const STALE_AFTER_MS = 15_000;

/** Sends what happens to the viewers of a room and remembers each patient's latest vitals for those who join. */
export class RoomHub {
  readonly #namespace: MonitorNamespace;
  readonly #clock: () => number;
  readonly #telemetry: Telemetry;
  readonly #backlog = new Backlog();
  readonly #withheld: Counter;
  readonly #tell: (event: NodeEvent) => void;
  readonly #latest = new Map<string, { message: VitalsMessage; receivedAt: number }>();

  /** @param tell tells viewers of other nodes, by these */
  constructor(
    namespace: MonitorNamespace,
    telemetry: Telemetry,
    clock: () => number,
    tell: (event: NodeEvent) => void = () => undefined,
  ) {
    this.#namespace = namespace;
    this.#tell = tell;
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#withheld = telemetry.counter(
      'haven_broadcast_failures_total',
      'Vitals and waveforms withheld from viewers that could not keep up',
    );
    namespace.on('connection', (socket) => this.#backlog.follow(socket));
  }

  /** The Socket.IO room in which a monitoring room's viewers are. */
  static channelOf(roomId: string): string {
    return `room:${roomId}`;
  }

  /** Where those hear a room's alarms, and nothing else, whose session is locked. */
  static alarmsOf(roomId: string): string {
    return `alarms:${roomId}`;
  }

  heartbeat(): void {
    this.#namespace.emit('heartbeat', { serverTime: this.#clock() });
  }

  streamStarted(stream: Stream): void {
    this.#to(stream.identity.roomId, 'stream:started', stream.state);
    this.#tell({ kind: 'stream', stream: sharedStreamOf(stream) });
  }

  streamChanged(stream: Stream): void {
    this.#to(stream.identity.roomId, 'stream:changed', stream.state);
    this.#tell({ kind: 'stream', stream: sharedStreamOf(stream) });
  }

  streamEnded({ identity: { patientId, roomId }, streamId }: Stream, reason: StreamEndReason): void {
    const event = { kind: 'stream-ended', roomId, streamId, patientId, reason } as const;
    this.relay(event);
    this.#tell(event);
  }

  /** Tells the viewers of this node what another one, or an end of a stream, told. */
  relay(event: NodeEvent): void {
    switch (event.kind) {
      case 'stream':
        this.#to(event.stream.roomId, 'stream:changed', event.stream.state);
        break;
      case 'stream-ended':
        this.#endStream(event);
        break;
      case 'vitals':
        this.#showVitals(event.roomId, event.message);
        break;
      case 'patient-taken':
      case 'talk-heard':
      case 'talk-ended':
        break;
      case 'patient-talk':
        this.showTalk(event.roomId, event.patientId, event.clinician?.displayName ?? null);
        break;
      case 'waveform':
        this.#freshTo(event.roomId, 'waveform', event.message);
        break;
      case 'alert':
        this.#showAlert(event.alert, event.leftRoomId ?? undefined);
        break;
      case 'sound-pause':
        this.#alarm(event.roomId, 'alarm:paused', { roomId: event.roomId, pause: event.pause });
        break;
      case 'patient-event':
        this.#to(event.roomId, 'patient:event', {
          patientId: event.patientId,
          event: event.event,
          at: event.at,
        });
        break;
    }
  }

  /** @param leftRoomId where the patient lay before: there the alert is off the screen */
  alert(alert: Alert, leftRoomId?: string): void {
    this.#showAlert(alert, leftRoomId);
    this.#tell({ kind: 'alert', alert, leftRoomId: leftRoomId ?? null });
  }

  #endStream({ roomId, streamId, patientId, reason }: Extract<NodeEvent, { kind: 'stream-ended' }>): void {
    if (this.#latest.get(patientId)?.message.streamId === streamId) this.#latest.delete(patientId);
    this.#to(roomId, 'stream:ended', { streamId, patientId, reason });
  }

  #showAlert(alert: Alert, leftRoomId?: string): void {
    const startedAt = this.#clock();
    const traceparent = this.#telemetry.tracing ? this.#telemetry.traceparent() : undefined;
    if (traceparent === undefined) this.#alarm(alert.roomId, 'alert', alert);
    else this.#alarm(alert.roomId, 'alert', alert, { traceparent });
    this.#telemetry.past({ name: 'alert sent', startedAt, endedAt: this.#clock() });
    if (leftRoomId !== undefined && leftRoomId !== alert.roomId) {
      this.#alarm(leftRoomId, 'alert', { ...alert, active: false });
    }
  }

  soundPaused(roomId: string, pause: SoundPause | null): void {
    const event = { kind: 'sound-pause', roomId, pause } as const;
    this.relay(event);
    this.#tell(event);
  }

  patientEvent(roomId: string, patientId: string, event: DetectedEvent, at: number): void {
    const happened = { kind: 'patient-event', roomId, patientId, event, at } as const;
    this.relay(happened);
    this.#tell(happened);
  }

  /** What was measured until now may be measured no more: nobody who joins sees it. */
  analysisMode(roomId: string, patientId: string, mode: AnalysisMode): void {
    this.forgetVitals(patientId);
    this.#to(roomId, 'patient:analysis-mode', { patientId, mode });
  }

  /** Whoever joins from now on sees nothing that was measured until now. */
  forgetVitals(patientId: string): void {
    this.#latest.delete(patientId);
  }

  patientTalk(roomId: string, patientId: string, clinician: Talker | null): void {
    const event = { kind: 'patient-talk', roomId, patientId, clinician } as const;
    this.relay(event);
    this.#tell(event);
  }

  /** Tells the viewers of this node alone who talks with a patient, or (null) nobody does. */
  showTalk(roomId: string, patientId: string, clinician: string | null): void {
    this.#to(roomId, 'patient:talk', { patientId, clinician });
  }

  /** Whether values and alarms of a patient of another node arrive, which each node tells its own viewers. */
  patientReached({ roomId, patientId, reached }: Reach): void {
    this.#alarm(roomId, 'patient:reached', { patientId, reached });
  }

  vitals(roomId: string, message: VitalsMessage): void {
    this.#showVitals(roomId, message);
    this.#tell({ kind: 'vitals', roomId, message });
  }

  #showVitals(roomId: string, message: VitalsMessage): void {
    const latest = this.#latest.get(message.patientId)?.message;
    // A batch that is posted again must not turn the clock back.
    if (latest?.streamId === message.streamId && latest.at > message.at) return;
    this.#latest.set(message.patientId, { message, receivedAt: this.#clock() });
    this.#freshTo(roomId, 'vitals', message);
  }

  waveform(roomId: string, message: WaveformMessage): void {
    this.#freshTo(roomId, 'waveform', message);
    this.#tell({ kind: 'waveform', roomId, message });
  }

  /** The latest vitals of these patients, as far as they are fresh. */
  latestVitals(patientIds: readonly string[]): VitalsMessage[] {
    const oldest = this.#clock() - STALE_AFTER_MS;
    return patientIds.flatMap((patientId) => {
      const latest = this.#latest.get(patientId);
      return latest !== undefined && latest.receivedAt >= oldest ? [latest.message] : [];
    });
  }

  #to<E extends keyof ServerToMonitor>(
    roomId: string,
    event: E,
    ...message: Parameters<ServerToMonitor[E]>
  ): void {
    this.#namespace.to(RoomHub.channelOf(roomId)).emit(event, ...message);
  }

  /** Also to those whose session is locked. */
  #alarm<E extends 'alert' | 'alarm:paused' | 'patient:reached'>(
    roomId: string,
    event: E,
    ...message: Parameters<ServerToMonitor[E]>
  ): void {
    this.#namespace.to([RoomHub.channelOf(roomId), RoomHub.alarmsOf(roomId)]).emit(event, ...message);
  }

  /** A viewer that cannot keep up misses these rather than letting them queue. */
  #freshTo<E extends keyof ServerToMonitor>(
    roomId: string,
    event: E,
    ...message: Parameters<ServerToMonitor[E]>
  ): void {
    const { slow } = this.#backlog;
    if (slow.size > 0) this.#withheld.add(slow.size);
    this.#namespace
      .to(RoomHub.channelOf(roomId))
      .except([...slow])
      .emit(event, ...message);
  }
}
