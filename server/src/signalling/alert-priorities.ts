import type { AlertPriority } from '@haven/protocol';
import type { AlertService } from '../alerts/alert-service.ts';
import type { WatchedStream } from '../sfu/watched-stream.ts';
import type { CvCoordinator } from './cv-coordinator.ts';

/** Alerts about the patient, for whom somebody may have to come, the highest first: not technical ones, nor notes. */
const URGENT: readonly AlertPriority[] = ['high', 'medium'];

type Parts = {
  alerts: Pick<AlertService, 'active' | 'onAlert'>;
  coordinator: Pick<CvCoordinator, 'prioritise'>;
  streamOf: (patientId: string) => WatchedStream | undefined;
};

/** Tells SFU and CV workers which patients are in alert: those streams' pictures are given up last. */
export class AlertPriorities {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Follows the alerts from now on. @returns ends it */
  start(): () => void {
    return this.#parts.alerts.onAlert(({ patientId }) => {
      const stream = this.#parts.streamOf(patientId);
      if (stream !== undefined) this.settle(stream);
    });
  }

  /** A stream that went live may have alerts already. */
  settle(stream: WatchedStream): void {
    const { alerts, coordinator } = this.#parts;
    const { patientId, roomId } = stream.identity;
    const present = new Set(
      alerts.active(roomId).flatMap((alert) => (alert.patientId === patientId ? [alert.priority] : [])),
    );
    const highest = URGENT.find((priority) => present.has(priority)) ?? null;
    stream.setPriority(highest);
    coordinator.prioritise(stream.streamId, highest !== null);
  }
}
