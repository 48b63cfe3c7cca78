import type { AlertPriority } from '@haven/protocol';
import type { AlertService } from '../alerts/alert-service.ts';
import type { Stream } from '../sfu/stream.ts';
import type { CvCoordinator } from './cv-coordinator.ts';

/** Alerts about the patient, for whom somebody may have to come: not technical ones, nor mere notes. */
const URGENT: ReadonlySet<AlertPriority> = new Set(['high', 'medium']);

type Parts = {
  alerts: Pick<AlertService, 'active' | 'onAlert'>;
  coordinator: Pick<CvCoordinator, 'prioritise'>;
  streamOf: (patientId: string) => Stream | undefined;
};

/** Tells the CV workers which patients are in alert: they give up those streams' frame rate last. */
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
  settle({ streamId, identity: { patientId, roomId } }: Stream): void {
    const { alerts, coordinator } = this.#parts;
    const inAlert = alerts
      .active(roomId)
      .some((alert) => alert.patientId === patientId && URGENT.has(alert.priority));
    coordinator.prioritise(streamId, inAlert);
  }
}
