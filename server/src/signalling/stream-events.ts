import { technicalConditionSchema, type StreamEndReason, type TechnicalCondition } from '@haven/protocol';
import type { AlertService } from '../alerts/alert-service.ts';
import type { Privacies } from '../privacy/privacies.ts';
import type { Stream } from '../sfu/stream.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AlertPriorities } from './alert-priorities.ts';
import type { AnalysisModes } from './analysis-modes.ts';
import type { CvCoordinator } from './cv-coordinator.ts';
import type { ExpectedStreams } from './expected-streams.ts';
import type { RoomHub } from './room-hub.ts';

type Parts = {
  alerts: Pick<AlertService, 'active' | 'report'>;
  coordinator: CvCoordinator;
  expected: ExpectedStreams;
  hub: RoomHub;
  modes: Pick<AnalysisModes, 'of' | 'look'>;
  privacies: Pick<Privacies, 'of'>;
  priorities: Pick<AlertPriorities, 'settle'>;
  telemetry: Telemetry;
  clock: () => number;
};

/** After these nobody is to be called because the picture is gone: it is replaced, or everything stops. */
const QUIET_ENDS: ReadonlySet<StreamEndReason> = new Set(['superseded', 'server-stopping']);

/** Tells viewers, alert rules and CV workers what happens to streams. */
export class StreamEvents {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { clock, coordinator } = parts;
    coordinator.on('stopped', (stream, stopped, at) => {
      stream.setCondition('analysis-stopped', stopped);
      this.#report(stream, 'analysis-stopped', stopped, at);
    });
    coordinator.on('forgotten', (stream, conditions) => {
      for (const condition of conditions) {
        stream.setCondition(condition, false);
        this.#report(stream, condition, false, clock());
      }
    });
  }

  follow(stream: Stream): void {
    const { coordinator, expected, hub, modes, priorities, privacies } = this.#parts;
    const { patientId, source } = stream.identity;
    // Before its first packet: a pause outlives the stream in which it began.
    stream.setPrivacy(privacies.of(patientId));
    stream.once('live', () => {
      this.#clearConditionsOfEarlierStreams(stream);
      hub.streamStarted(stream);
      const mode = modes.of(patientId);
      coordinator.addStream(stream, mode);
      if (mode === undefined) void modes.look();
      priorities.settle(stream);
      stream.on('changed', () => hub.streamChanged(stream));
      stream.on('privacy', () => {
        hub.forgetVitals(patientId);
        coordinator.setPrivacy(stream.streamId);
      });
      stream.once('ended', (reason) => {
        hub.streamEnded(stream, reason);
        coordinator.removeStream(stream);
      });
    });
    stream.on('signal', ({ lost, at }) => {
      if (!lost) expected.arrived(patientId, source);
      this.#report(stream, 'signal-lost', lost, at);
    });
    stream.once('ended', (reason) => this.#ended(stream, reason));
  }

  /**
   * A crash of the server ends streams without a word, and leaves alerts about their pictures. A new stream begins
   * without conditions: whoever sees one again reports it. Its signal is judged by its packets.
   */
  #clearConditionsOfEarlierStreams(stream: Stream): void {
    const { alerts, clock } = this.#parts;
    const { patientId, roomId } = stream.identity;
    for (const alert of alerts.active(roomId)) {
      const condition = technicalConditionSchema.safeParse(alert.rule);
      if (alert.patientId !== patientId || !condition.success || condition.data === 'signal-lost') continue;
      this.#report(stream, condition.data, false, clock());
    }
  }

  #ended(stream: Stream, reason: StreamEndReason): void {
    const { clock, expected } = this.#parts;
    const now = clock();
    if (reason === 'device-stopped') expected.stopped(stream.identity.patientId);
    // The picture that these spoke of is gone; that it is gone is told by signal-lost.
    for (const condition of stream.state.conditions) {
      if (condition !== 'signal-lost') this.#report(stream, condition, false, now);
    }
    if (QUIET_ENDS.has(reason)) return;
    const lost = reason !== 'device-stopped';
    this.#report(stream, 'signal-lost', lost, lost ? (stream.lostSince ?? now) : now);
  }

  /** Hands a condition that the server found to the alert rules. */
  #report(
    { identity: { patientId, source } }: Stream,
    condition: TechnicalCondition,
    present: boolean,
    at: number,
  ): void {
    const { alerts, telemetry } = this.#parts;
    alerts.report({ patientId, source, condition, present, at }).catch((error: unknown) => {
      telemetry.logger.error({ err: error, condition }, 'a condition could not be reported');
    });
  }
}
